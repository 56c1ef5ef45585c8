package io.topiary.engine;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/**
 * What one job holds of PyTorch on the thread that runs it: a manager that owns every tensor of the
 * job, and the thread's gradient mode. Both are given back on close, so that jobs leave no native
 * memory behind and several run side by side, each on a thread of its own.
 *
 * <p>DJL's own {@code GradientCollector} would do for one job only: it is guarded by a flag of the
 * whole process. PyTorch keeps the gradient mode per thread, and switches it on by default.
 */
final class TorchSession implements AutoCloseable {
  static {
    // DJL reads these while it starts: offline and opted out, it does not probe the network for
    // native libraries and for the cloud it might run in.
    setUnlessGiven("ai.djl.offline", "true");
    setUnlessGiven("OPT_OUT_TRACKING", "true");
    setUnlessGiven("ai.djl.pytorch.num_threads", "1");
    setUnlessGiven("ai.djl.pytorch.num_interop_threads", "1");
  }

  private final boolean gradientsBefore;
  private final PtNDManager manager;

  private TorchSession(Computing computing, boolean gradients) {
    manager = (PtNDManager) engine().newBaseManager(computing.torchDevice());
    setThreads(computing.threads());
    gradientsBefore = JniUtils.isGradMode();
    JniUtils.setGradMode(gradients);
  }

  /** For training: operations on trainable tensors are recorded. */
  static TorchSession withGradients(Computing computing) {
    return new TorchSession(computing, true);
  }

  /** For everything else. */
  static TorchSession withoutGradients(Computing computing) {
    return new TorchSession(computing, false);
  }

  /** PyTorch, loaded with the settings above. */
  static Engine engine() {
    return Engine.getEngine("PyTorch");
  }

  /** Whether tensors lie where Java can reach them. */
  boolean onCpu() {
    return !manager.getDevice().isGpu();
  }

  PtNDManager manager() {
    return manager;
  }

  /** A manager for what one batch leaves behind. */
  PtNDManager newScratch() {
    return manager.newSubManager(manager.getDevice());
  }

  @Override
  public void close() {
    JniUtils.setGradMode(gradientsBefore);
    manager.close();
  }

  /**
   * OpenMP and MKL count threads per thread, so what another job set does not hold here. But when a
   * thread asks PyTorch for the number first, PyTorch makes it what any thread set last; so it is
   * asked before it is told.
   */
  private static void setThreads(int threads) {
    if (JniUtils.getNumThreads() != threads) {
      JniUtils.setNumThreads(threads);
    }
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
