package io.topiary.engine.data;

import io.topiary.engine.random.RandomStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Draws the sample of Fashion-MNIST that is shipped, by the rule in its README: go through all
 * images in the order of a permutation fixed by the seed, take an image while its class is short of
 * its share, and keep what was taken in its original order.
 */
final class FashionMnistSample {
  private static final long SEED = 0;

  private FashionMnistSample() {}

  /** Draws from the folder named first and writes the four files into the folder named second. */
  public static void main(String... folders) throws Exception {
    Path full = Path.of(folders[0]);
    Path sample = Path.of(folders[1]);
    for (Part part : Part.values()) {
      LabelledBytes all = part.read(full);
      List<Integer> drawn = draw(all, part);
      part.write(sample, all, drawn);
    }
  }

  /** Indices of the drawn images, ascending. */
  static List<Integer> draw(LabelledBytes all, Part part) {
    int[] taken = new int[all.classes()];
    List<Integer> drawn = new ArrayList<>();
    for (int index : RandomStream.of(SEED, part.stream).permutation(all.size())) {
      int label = all.labels().content()[index];
      if (taken[label] < part.perClass) {
        taken[label]++;
        drawn.add(index);
      }
    }
    Collections.sort(drawn);
    return drawn;
  }

  /** The two halves of the data set. */
  enum Part {
    TRAINING("train", 0, 600),
    TEST("t10k", 1, 200);

    private final String prefix;
    private final int stream;
    private final int perClass;

    Part(String prefix, int stream, int perClass) {
      this.prefix = prefix;
      this.stream = stream;
      this.perClass = perClass;
    }

    LabelledBytes read(Path folder) throws Exception {
      return new LabelledBytes(
          read(folder, "-images-idx3-ubyte.gz", 3), read(folder, "-labels-idx1-ubyte.gz", 1));
    }

    private IdxFile read(Path folder, String suffix, int rank) throws Exception {
      try (InputStream in = Files.newInputStream(folder.resolve(prefix + suffix))) {
        return IdxFile.read(prefix + suffix, in, rank, MessageDigest.getInstance("SHA-256"));
      }
    }

    private void write(Path folder, LabelledBytes all, List<Integer> drawn) throws IOException {
      write(folder.resolve(prefix + "-images-idx3-ubyte.gz"), all.images(), drawn);
      write(folder.resolve(prefix + "-labels-idx1-ubyte.gz"), all.labels(), drawn);
    }

    private static void write(Path file, IdxFile all, List<Integer> drawn) throws IOException {
      int length = all.content().length / all.size();
      try (DataOutputStream out = new DataOutputStream(new BestGzip(Files.newOutputStream(file)))) {
        out.writeInt(0x0800 | all.dimensions().size());
        out.writeInt(drawn.size());
        for (int dimension : all.dimensions().subList(1, all.dimensions().size())) {
          out.writeInt(dimension);
        }
        for (int index : drawn) {
          out.write(all.content(), index * length, length);
        }
      }
    }
  }

  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(9);
    }
  }
}
