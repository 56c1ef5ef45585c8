package io.topiary.engine.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A kind of data set: how its folder is recognised, and how it is read. A further kind is one class
 * and one entry in the list of {@link DataSets}; its pictures are {@link HeldPictures} or {@link
 * FolderPictures}, and {@link Split} makes a data set of them.
 */
interface DataSetFormat {
  /** What a folder of this kind holds, for those who look for their mistake. */
  String lookedFor();

  /** Whether a folder holds any file of this kind, be it alone. */
  boolean recognises(Path folder) throws IOException;

  /**
   * Reads a data set.
   *
   * @param name what it is called
   * @param imageSize height and width that pictures are to be brought to; 0 for the size they have
   * @throws DataSetException if a file is missing or not what it should be, or the images cannot
   *     have that size
   * @throws IOException if a file cannot be read
   */
  ImageDataSet read(String name, Path folder, int imageSize) throws IOException;
}
