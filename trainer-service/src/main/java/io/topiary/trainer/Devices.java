package io.topiary.trainer;

import io.topiary.engine.Computing;
import io.topiary.runtime.StartException;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the jobs of a trainer compute on: each takes the device with the fewest jobs at the time.
 */
final class Devices {

  /** Jobs by device, in the order in which devices are preferred. */
  private final Map<String, Integer> jobs = new LinkedHashMap<>();

  private Devices(List<String> devices) {
    // As the engine calls them, so that gpu and gpu:0 are one.
    devices.forEach(device -> jobs.put(new Computing(device, 1).device(), 0));
  }

  /**
   * These devices, in this order.
   *
   * @throws StartException when one of them is not there, or when there are both CPU and GPU: a job
   *     that is handed back could be taken up again on the other, and end with other weights
   */
  static Devices of(List<String> devices) {
    if (devices.contains("cpu") && devices.stream().anyMatch(device -> !device.equals("cpu"))) {
      throw new StartException(
          "The devices are %s; a trainer computes on the CPU or on GPUs, not on both."
              .formatted(String.join(", ", devices)));
    }
    try {
      devices.forEach(device -> new Computing(device, 1).requirePresent());
    } catch (InvalidInputException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    return present(devices);
  }

  /** Devices of which it is known that they are there. */
  static Devices present(List<String> devices) {
    return new Devices(devices);
  }

  /** The device of one job, until it is closed. */
  synchronized Lease lease() {
    var least = jobs.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
    var device =
        jobs.entrySet().stream()
            .filter(entry -> entry.getValue() == least)
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    jobs.merge(device, 1, Integer::sum);
    return new Lease(device);
  }

  private synchronized void giveBack(String device) {
    jobs.merge(device, -1, Integer::sum);
  }

  /** A job's claim to a device. */
  final class Lease implements AutoCloseable {

    private final String device;

    private Lease(String device) {
      this.device = device;
    }

    /** What the job computes with, which its recipe's threads belong to. */
    Computing computing(TrainingJob job) {
      return new Computing(device, job.getRecipe().getThreads());
    }

    String device() {
      return device;
    }

    @Override
    public void close() {
      giveBack(device);
    }
  }
}
