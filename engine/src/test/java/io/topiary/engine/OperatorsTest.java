package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.engine.random.RandomStream;
import java.nio.FloatBuffer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Operators that are put together here, against those of PyTorch that they stand for. */
class OperatorsTest {
  private static final long SEED = 11;
  private static final Shape IMAGES = new Shape(3, 20, 7, 7);

  @Test
  void shouldGiveReluItsValuesAndGradientsOverItsInput() {
    try (TorchSession session = TorchSession.withGradients(Computing.DEFAULT)) {
      // Given
      InPlaceRelu relu = new InPlaceRelu(session.manager());

      // When
      Pass inPlace = pass(session, x -> relu.apply(JniUtils.add(x, x)));
      Pass outOfPlace = pass(session, x -> JniUtils.relu(JniUtils.add(x, x)));

      // Then
      assertThat(inPlace.values.toFloatArray())
          .as("seed %d", SEED)
          .containsExactly(outOfPlace.values.toFloatArray());
      assertThat(inPlace.gradients.toFloatArray())
          .containsExactly(outOfPlace.gradients.toFloatArray());
    }
  }

  @Test
  void shouldWriteReluWhereItsInputWas() {
    try (TorchSession session = TorchSession.withoutGradients(Computing.DEFAULT)) {
      // Given
      PtNDArray x = (PtNDArray) session.manager().create(new float[] {-1, 0, 2});

      // When
      PtNDArray y = new InPlaceRelu(session.manager()).apply(x);

      // Then
      assertThat(y.toFloatArray()).containsExactly(0, 0, 2);
      assertThat(x.toFloatArray()).containsExactly(0, 0, 2);
    }
  }

  @Test
  void shouldAverageImagesAsAdaptivePoolingDoes() {
    try (TorchSession session = TorchSession.withGradients(Computing.DEFAULT)) {
      // When
      Pass average = pass(session, TorchNetwork::globalAverage);
      Pass pooled = pass(session, x -> JniUtils.adaptiveAvgPool(x, new Shape(1, 1)));

      // Then
      assertThat(average.values.toFloatArray())
          .as("seed %d", SEED)
          .containsExactly(pooled.values.toFloatArray());
      assertThat(average.gradients.toFloatArray()).containsExactly(pooled.gradients.toFloatArray());
    }
  }

  /** Of random images, channels last, and random gradients of what is computed from them. */
  private static Pass pass(TorchSession session, UnaryOperator<PtNDArray> operator) {
    PtNDArray images = random(session, IMAGES, 1);
    images.setRequiresGradient(true);
    PtNDArray result = operator.apply(TorchNetwork.channelsLast(images));
    PtNDArray weighted = JniUtils.mul(result, random(session, result.getShape(), 2));
    PtNDArray one = (PtNDArray) session.manager().ones(new Shape(), DataType.FLOAT32);
    JniUtils.backward(JniUtils.sum(weighted), one, false, false);
    return new Pass(result, images.getGradient());
  }

  private static PtNDArray random(TorchSession session, Shape shape, long stream) {
    RandomStream random = RandomStream.of(SEED, stream);
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return session.manager().create(FloatBuffer.wrap(values), shape, DataType.FLOAT32);
  }

  private record Pass(PtNDArray values, PtNDArray gradients) {}
}
