package io.topiary.engine;

import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.Optional;

/**
 * max(x, 0) written over x, PyTorch's {@code relu_}. DJL has no such operator; it does run modules
 * of TorchScript, and this is one of a single line. A ReLU is bound by memory: without a tensor of
 * its own to fill it moves a third less.
 *
 * <p>Values and gradients are those of {@code relu} to the bit. It must not be given what a
 * backward pass still needs, which PyTorch would find out and refuse.
 */
final class InPlaceRelu {
  private static final String FORWARD =
      """
        def forward(self: __torch__.InPlaceRelu,
          x: Tensor) -> Tensor:
          return torch.relu_(x)
      """;

  private final PtNDManager manager;
  private Optional<PtSymbolBlock> module = Optional.empty();

  /**
   * The module is loaded when it is first used.
   *
   * @param manager closes it
   */
  InPlaceRelu(PtNDManager manager) {
    this.manager = manager;
  }

  /** The same memory as x, which is overwritten; joins the manager of x. */
  PtNDArray apply(PtNDArray x) {
    // As in training, or nothing would be recorded for gradients; whether anything is remains a
    // matter of the thread's gradient mode.
    return (PtNDArray) IValueUtils.forward(module(), new NDList(x), true).head();
  }

  private PtSymbolBlock module() {
    if (module.isEmpty()) {
      module = Optional.of(ScriptArchive.load(manager, "InPlaceRelu", FORWARD));
    }
    return module.orElseThrow();
  }
}
