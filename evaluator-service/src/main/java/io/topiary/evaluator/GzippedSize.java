package io.topiary.evaluator;

import io.topiary.engine.Weights;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * How small gzip makes a network's safetensors file, at its usual level 6: what a general method
 * makes of the zeros. Nothing of it is kept.
 */
final class GzippedSize {

  private static final int CHUNK = 1 << 16;

  private GzippedSize() {}

  /**
   * The size in bytes.
   *
   * @param goOn is called from time to time; what it throws ends the work
   */
  static long of(Weights weights, Runnable goOn) throws IOException {
    var counter = new Counter(goOn);
    try (var gzip = new GZIPOutputStream(counter, CHUNK);
        var channel = Channels.newChannel(gzip)) {
      weights.write(channel, Map.of());
    }
    return counter.bytes;
  }

  private static final class Counter extends OutputStream {

    private final Runnable goOn;
    private long bytes;

    private Counter(Runnable goOn) {
      this.goOn = goOn;
    }

    @Override
    public void write(int value) {
      bytes++;
    }

    @Override
    public void write(byte[] chunk, int from, int length) {
      goOn.run();
      bytes += length;
    }
  }
}
