package io.topiary.benchmarks.inference;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;

/** A TorchScript file in DJL's PyTorch, from images that lie ready as a tensor. */
final class ScriptContender implements Contender {

  private final String name;
  private final NDManager manager;
  private final Model model;
  private final Predictor<NDList, NDList> predictor;
  private final NDList batch;

  private ScriptContender(String name, Model model, float[] images, long[] shape) {
    this.name = name;
    this.model = model;
    manager = NDManager.newBaseManager("PyTorch");
    NDArray array = manager.create(images, new Shape(shape));
    batch = new NDList(array);
    predictor = model.newPredictor(new NoopTranslator());
  }

  static ScriptContender load(Path file, String name, float[] images, long[] shape)
      throws IOException {
    var model = Model.newInstance(name, "PyTorch");
    try {
      model.load(file.toAbsolutePath().getParent(), file.getFileName().toString());
    } catch (MalformedModelException e) {
      throw new IOException(e);
    }
    return new ScriptContender(name, model, images, shape);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public float[] predict() {
    try {
      var scores = predictor.predict(batch);
      var values = scores.singletonOrThrow().toFloatArray();
      scores.close();
      return values;
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
    manager.close();
  }
}
