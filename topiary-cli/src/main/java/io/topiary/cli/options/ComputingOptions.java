package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.engine.Computing;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What a training computes with, as it is asked for on the command line. */
public final class ComputingOptions {

  private static final Pattern DEVICES = Pattern.compile("cpu|gpu(:\\d{1,3})?");
  private static final int MOST_THREADS = 1024;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads of the CPU; their number decides the last digits of the weights. Default:"
              + " ${DEFAULT-VALUE}")
  private int threads;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description =
          "cpu; or gpu, gpu:0, gpu:1 and so on, where a PyTorch with CUDA is installed. Default:"
              + " ${DEFAULT-VALUE}")
  private String device = "";

  /**
   * What was asked for, seen to be there.
   *
   * @throws io.topiary.runtime.StartException when it makes no sense
   * @throws io.topiary.sparsity.InvalidInputException when there is no such device
   */
  public Computing open() {
    require(
        threads >= 1 && threads <= MOST_THREADS,
        "--threads is %d, but it should be between 1 and %d.",
        threads,
        MOST_THREADS);
    require(
        DEVICES.matcher(device).matches(),
        "--device is '%s', but it should be cpu, gpu, or gpu:0, gpu:1 and so on.",
        device);
    var computing = new Computing(device, threads);
    computing.requirePresent();
    return computing;
  }
}
