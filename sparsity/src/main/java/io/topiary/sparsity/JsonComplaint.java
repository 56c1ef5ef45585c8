package io.topiary.sparsity;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that should be JSON. */
public final class JsonComplaint {

  /** What the parser says to programmers: which of its features would let it pass. */
  private static final Pattern FOR_PROGRAMMERS =
      Pattern.compile(
          ": enable `[^`]*` to allow|,? ?\\(?(not recognized as one since Feature|from `)[^)]*\\)?");

  private JsonComplaint() {}

  /** A clause without a full stop, and without the names of the parser's classes. */
  public static String of(JsonProcessingException e) {
    return FOR_PROGRAMMERS.matcher(e.getOriginalMessage()).replaceAll("").strip();
  }
}
