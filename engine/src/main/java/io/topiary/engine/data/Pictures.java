package io.topiary.engine.data;

/**
 * The labelled pictures of a data set, wherever they are: in memory, or in files. Safe for use by
 * several threads.
 */
interface Pictures {
  int size();

  /** The class of a picture, counted from 0. */
  int label(int row);

  /**
   * A picture as it is in the data set.
   *
   * @throws DataSetException if its file is not what it should be
   * @throws java.io.UncheckedIOException if its file cannot be read
   */
  Picture picture(int row);

  /** Whether pictures lie in memory, each of the size that training asks for. */
  boolean ready();
}
