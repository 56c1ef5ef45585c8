package io.topiary.evaluator.frontier;

import io.topiary.runtime.streams.RefusedRecordException;

/**
 * Keys of several parts, of which the first is the model, so that what belongs to a model or to a
 * group lies together in a store.
 */
final class StoreKeys {

  /** Ends every part but the last; no part may hold it, so no two lists of parts share a key. */
  private static final char END = 0;

  private StoreKeys() {}

  /**
   * @throws RefusedRecordException when a part holds the character that parts end with
   */
  static String of(String... parts) {
    for (var part : parts) {
      if (part.indexOf(END) >= 0) {
        throw new RefusedRecordException(
            "A name holds the character U+0000, but names should be printable: '%s'."
                .formatted(part.replace(END, '?')));
      }
    }
    return String.join(String.valueOf(END), parts);
  }

  /** What the keys begin with that have these parts and others after them. */
  static String prefix(String... parts) {
    return of(parts) + END;
  }
}
