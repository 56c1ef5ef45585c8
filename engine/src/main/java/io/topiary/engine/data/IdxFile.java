package io.topiary.engine.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of unsigned bytes in the IDX format of MNIST (LeCun, Cortes and Burges, 1998): two zero
 * bytes, the type 0x08, the number of dimensions, each dimension as a big-endian int, then the
 * bytes, row by row.
 */
final class IdxFile {
  private static final int UNSIGNED_BYTE = 0x08;

  private final String name;
  private final List<Integer> dimensions;
  private final byte[] content;

  private IdxFile(String name, List<Integer> dimensions, byte[] content) {
    this.name = name;
    this.dimensions = dimensions;
    this.content = content;
  }

  /**
   * Reads a whole file, plain or compressed with gzip.
   *
   * @param name stands for the file in error messages
   * @param digest is updated with the uncompressed bytes, header included
   * @throws DataSetException if the file is anything but one array of the given rank
   */
  static IdxFile read(String name, InputStream file, int rank, MessageDigest digest)
      throws IOException {
    try (InputStream plain = new DigestInputStream(uncompressed(file), digest)) {
      DataInputStream in = new DataInputStream(plain);
      int magic = in.readInt();
      if (magic != (UNSIGNED_BYTE << 8 | rank)) {
        throw new DataSetException(
            String.format(
                "%s starts with 0x%08x, but an IDX file of unsigned bytes in %d dimension(s) starts"
                    + " with 0x%08x.",
                name, magic, rank, UNSIGNED_BYTE << 8 | rank));
      }
      int[] dimensions = new int[rank];
      for (int i = 0; i < rank; i++) {
        dimensions[i] = in.readInt();
      }
      List<Integer> shape = IntStream.of(dimensions).boxed().toList();
      byte[] content = in.readNBytes(elements(name, dimensions));
      if (content.length < elements(name, dimensions)) {
        throw new DataSetException(
            name
                + " is truncated: its header promises "
                + shape
                + " bytes, but only "
                + content.length
                + " follow.");
      }
      if (in.read() >= 0) {
        throw new DataSetException(
            name + " goes on after the " + shape + " bytes that its header promises.");
      }
      return new IdxFile(name, shape, content);
    } catch (EOFException e) {
      throw new DataSetException(
          name + " is truncated: it ends before its IDX header or its gzip stream does.", e);
    } catch (ZipException e) {
      throw new DataSetException(name + " is damaged: " + e.getMessage() + ".", e);
    }
  }

  String name() {
    return name;
  }

  List<Integer> dimensions() {
    return dimensions;
  }

  /** The bytes themselves, not a copy. */
  byte[] content() {
    return content;
  }

  /** The first dimension: how many images or labels there are. */
  int size() {
    return dimensions.get(0);
  }

  private static InputStream uncompressed(InputStream file) throws IOException {
    BufferedInputStream in = new BufferedInputStream(file, 1 << 16);
    in.mark(2);
    byte[] start = in.readNBytes(2);
    in.reset();
    boolean gzip = Arrays.equals(start, new byte[] {0x1f, (byte) 0x8b});
    return gzip ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static int elements(String name, int[] dimensions) {
    long elements = 1;
    for (int dimension : dimensions) {
      if (dimension <= 0 || elements * dimension > Integer.MAX_VALUE - 8) {
        throw new DataSetException(
            name
                + " has dimensions "
                + Arrays.toString(dimensions)
                + ", but each must be above 0 and their product below 2^31.");
      }
      elements *= dimension;
    }
    return (int) elements;
  }
}
