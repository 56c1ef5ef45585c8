package io.topiary.systemtests;

import io.topiary.cli.broker.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A broker as a process of its own: keeps its log in a folder, and writes its address to a file.
 */
final class BrokerProcess {

  private BrokerProcess() {}

  public static void main(String[] arguments) throws Exception {
    var broker = EmbeddedKafka.start(Path.of(arguments[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
    var address = Path.of(arguments[1]);
    var written = Files.writeString(Path.of(arguments[1] + ".tmp"), broker.bootstrapServers());
    Files.move(written, address);
    Thread.currentThread().join();
  }
}
