package io.topiary.runtime.queue;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A job that no attempt can complete; the sentence says why. */
public final class JobRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public JobRefusedException(String sentence) {
    super(sentence);
  }

  /**
   * For a value that came as UNKNOWN, as a later version than this worker's wrote it.
   *
   * @param what what the value says, for example {@code The stage}
   */
  public static <E extends Enum<E>> JobRefusedException unknown(String what, Class<E> type) {
    var known =
        Stream.of(type.getEnumConstants())
            .map(Enum::name)
            .filter(name -> !name.equals("UNKNOWN"))
            .collect(Collectors.joining(", "));
    return new JobRefusedException(
        "%s is one that this worker does not know; it knows %s.".formatted(what, known));
  }
}
