package io.topiary.benchmarks.training;

import ai.djl.engine.Engine;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What the figures were made on. */
public final class Machine {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private Machine() {}

  /** Processor time of this process so far, all threads together. */
  static long processorNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  public static String describe() throws IOException {
    String processor =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    String load = Files.readString(Path.of("/proc/loadavg"));
    Map<String, String> settings = new TreeMap<>(System.getenv());
    settings.keySet().removeIf(name -> !name.matches("(OMP|MKL|MALLOC|DNNL|OPENBLAS|GLIBC)_.*"));
    return "%s, %d core(s) to run on, load %s; Java %s, PyTorch %s; settings %s."
        .formatted(
            processor,
            Runtime.getRuntime().availableProcessors(),
            load.substring(0, load.indexOf(' ')),
            Runtime.version(),
            Engine.getEngine("PyTorch").getVersion(),
            settings);
  }
}
