package io.topiary.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a job computes with. Both decide the low-order bits of its sums: the same job on the same
 * kind of CPU with as many threads yields the same, bit for bit. On a GPU that is not promised:
 * some of its kernels sum in the order in which their threads happen to finish.
 *
 * @param device {@code cpu}, or {@code gpu:0}, {@code gpu:1} and so on
 * @param threads of the CPU for one operation, at least 1; several jobs side by side, with one
 *     thread each, do more together than one job with all threads
 */
public record Computing(String device, int threads) {
  private static final Pattern DEVICE = Pattern.compile("cpu|gpu(?::(\\d{1,3}))?");
  private static final int MOST_THREADS = 1024;

  /** One thread of the CPU. */
  public static final Computing DEFAULT = new Computing("cpu", 1);

  public Computing {
    if (!DEVICE.matcher(device).matches()) {
      throw new EngineInputException(
          "The device is '%s'; it must be cpu, gpu, or gpu:0, gpu:1 and so on.".formatted(device));
    }
    if (device.equals("gpu")) {
      device = "gpu:0";
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw new EngineInputException(
          "A job has %d threads; it must have 1 to %d.".formatted(threads, MOST_THREADS));
    }
  }

  /** Threads of the CPU. */
  public static Computing onCpu(int threads) {
    return new Computing("cpu", threads);
  }

  /**
   * Makes sure that the device is there.
   *
   * @throws EngineInputException if it is not
   */
  public void requirePresent() {
    Matcher matcher = DEVICE.matcher(device);
    if (matcher.matches() && matcher.group(1) != null) {
      requireGpu(Integer.parseInt(matcher.group(1)));
    }
  }

  private void requireGpu(int number) {
    Engine engine = TorchSession.engine();
    int gpus = engine.getGpuCount();
    if (number >= gpus) {
      throw new EngineInputException(
          "There is no device %s: PyTorch %s as it is installed here sees %s; use cpu, or have PYTORCH_LIBRARY_PATH and PYTORCH_FLAVOR name a PyTorch with CUDA."
              .formatted(
                  device,
                  engine.getVersion(),
                  gpus == 0 ? "no GPU" : "%d GPU(s), from gpu:0 on".formatted(gpus)));
    }
  }

  /** The device as the engine calls it. */
  Device torchDevice() {
    Matcher matcher = DEVICE.matcher(device);
    return matcher.matches() && matcher.group(1) != null
        ? Device.gpu(Integer.parseInt(matcher.group(1)))
        : Device.cpu();
  }
}
