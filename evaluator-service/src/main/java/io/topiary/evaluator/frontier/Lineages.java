package io.topiary.evaluator.frontier;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The way back from a checkpoint to the dense one that it descends from. */
final class Lineages {

  private Lineages() {}

  /**
   * The checkpoint, then what it was made from, and so on: a retrained network comes from the
   * pruned one of the same job, and that from what its phase began with. It ends where nothing is
   * known of what comes before.
   *
   * @param known the checkpoint of an id
   */
  static List<Checkpoint> backFrom(
      Checkpoint checkpoint, Function<String, Optional<Checkpoint>> known) {
    var steps = new ArrayList<Checkpoint>();
    var seen = new HashSet<String>();
    var next = Optional.of(checkpoint);
    // Strangers may send checkpoints that descend from each other.
    while (next.filter(step -> seen.add(step.getCheckpointId())).isPresent()) {
      var step = next.get();
      steps.add(step);
      next = before(step, known);
    }
    return steps;
  }

  private static Optional<Checkpoint> before(
      Checkpoint step, Function<String, Optional<Checkpoint>> known) {
    var parent = step.getLineage().getParent().flatMap(known);
    return step.getStage() == Stage.RETRAINED
        ? known.apply(Ids.checkpointId(step.getJobId(), Stage.PRUNED)).or(() -> parent)
        : parent;
  }
}
