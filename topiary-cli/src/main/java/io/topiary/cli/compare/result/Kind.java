package io.topiary.cli.compare.result;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is compared: one of the two tables of Zimmer, Spiegel and Pokutta (2023). */
public enum Kind {
  /** Schedules of retraining after one-shot pruning. */
  @JsonProperty("schedules")
  SCHEDULES,
  /** Methods within the same budget of epochs. */
  @JsonProperty("methods")
  METHODS
}
