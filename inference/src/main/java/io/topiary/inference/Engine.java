package io.topiary.inference;

import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.ScalarKernels;

/** Which kernels this JVM has: chosen once, when the first network is compiled, and logged. */
final class Engine {

  private static final String MODULE = "jdk.incubator.vector";
  private static final System.Logger LOGGER = System.getLogger(Engine.class.getName());

  static final Kernels KERNELS = choose();

  private Engine() {}

  private static Kernels choose() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "Networks are computed by scalar code, many times slower than by vectors: start Java with --add-modules {0}.",
          MODULE);
      return new ScalarKernels();
    }
    var kernels = vector();
    LOGGER.log(System.Logger.Level.INFO, "Networks are computed by the {0}.", kernels.name());
    return kernels;
  }

  /** By name, as a JVM without the module cannot load the class. */
  private static Kernels vector() {
    try {
      return Class.forName("io.topiary.inference.vector.VectorKernels")
          .asSubclass(Kernels.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernels cannot be loaded", e);
    }
  }
}
