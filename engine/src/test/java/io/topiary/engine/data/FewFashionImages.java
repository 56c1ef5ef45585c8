package io.topiary.engine.data;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The first images of the sample of Fashion-MNIST that is shipped: enough for tests. */
public final class FewFashionImages {
  private static final int SIDE = 28;

  private FewFashionImages() {}

  /** Writes and opens them; a tenth of the training images is held out. */
  public static ImageDataSet write(Path folder, int training, int test) throws IOException {
    write(folder, "train", training);
    write(folder, "t10k", test);
    return DataSets.open(folder.toString(), List.of());
  }

  private static void write(Path folder, String part, int images) throws IOException {
    write(folder, part + "-images-idx3-ubyte", images, 16, SIDE * SIDE);
    write(folder, part + "-labels-idx1-ubyte", images, 8, 1);
  }

  private static void write(Path folder, String file, int images, int header, int each)
      throws IOException {
    String resource = DataSets.FASHION_MNIST_SAMPLE + "/" + file + ".gz";
    try (InputStream packed =
        Objects.requireNonNull(DataSets.class.getResourceAsStream(resource), resource)) {
      DataInputStream in =
          new DataInputStream(new ByteArrayInputStream(new GZIPInputStream(packed).readAllBytes()));
      byte[] first = in.readNBytes(header + images * each);
      ByteBuffer.wrap(first).putInt(4, images);
      Files.write(folder.resolve(file), first);
    }
  }
}
