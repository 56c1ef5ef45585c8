package io.topiary.benchmarks.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;

/** ONNX Runtime on its CPU provider, all optimisations on, from images that lie ready. */
final class OnnxContender implements Contender {

  private final OrtSession session;
  private final OnnxTensor batch;

  private OnnxContender(OrtSession session, OnnxTensor batch) {
    this.session = session;
    this.batch = batch;
  }

  static OnnxContender load(Path file, float[] images, long[] shape, int threads)
      throws IOException {
    var environment = OrtEnvironment.getEnvironment();
    try (var options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      // Its threads stop spinning when a pass ends, and so take nothing from the others' rounds.
      options.addConfigEntry("session.force_spinning_stop", "1");
      var session = environment.createSession(file.toString(), options);
      var floats =
          ByteBuffer.allocateDirect(Float.BYTES * images.length)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer()
              .put(images)
              .flip();
      return new OnnxContender(session, OnnxTensor.createTensor(environment, floats, shape));
    } catch (OrtException e) {
      throw new IOException(e);
    }
  }

  @Override
  public String name() {
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }

  @Override
  public float[] predict() {
    try (var result = session.run(Map.of("images", batch))) {
      var scores = ((OnnxTensor) result.get(0)).getFloatBuffer();
      var values = new float[scores.remaining()];
      scores.get(values);
      return values;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      batch.close();
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
