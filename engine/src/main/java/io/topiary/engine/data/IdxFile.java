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

  /** What the virtual machine can allocate; a few elements below the language's limit. */
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

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
    try (file;
        DataInputStream in =
            new DataInputStream(new DigestInputStream(uncompressed(file), digest))) {
      int magic = in.readInt();
      if (magic != (UNSIGNED_BYTE << 8 | rank)) {
        throw new DataSetException(
            "%s starts with 0x%08x, but an IDX file of unsigned bytes in %d dimension(s) starts with 0x%08x."
                .formatted(name, magic, rank, UNSIGNED_BYTE << 8 | rank));
      }
      int[] dimensions = new int[rank];
      for (int i = 0; i < rank; i++) {
        dimensions[i] = in.readInt();
      }
      List<Integer> shape = IntStream.of(dimensions).boxed().toList();
      int elements = elements(name, shape);
      byte[] content = in.readNBytes(elements);
      if (content.length < elements) {
        throw new DataSetException(
            "%s is truncated: its header promises %s bytes, but only %d follow."
                .formatted(name, shape, content.length));
      }
      if (in.read() >= 0) {
        throw new DataSetException(
            "%s goes on after the %s bytes that its header promises.".formatted(name, shape));
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

  private static int elements(String name, List<Integer> dimensions) {
    long elements = 1;
    for (int dimension : dimensions) {
      if (dimension <= 0 || elements * dimension > LONGEST_ARRAY) {
        throw new DataSetException(
            "%s has dimensions %s, but each must be above 0 and their product at most %d."
                .formatted(name, dimensions, LONGEST_ARRAY));
      }
      elements *= dimension;
    }
    return (int) elements;
  }
}
