package io.topiary.cli.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One KRaft node, broker and controller at once, that listens on loopback only and keeps its log in
 * a folder. A folder that an earlier broker left is continued.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final int NODE_ID = 1;

  private final KafkaRaftServer server;
  private final String bootstrapServers;

  private EmbeddedKafka(KafkaRaftServer server, String bootstrapServers) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Formats the folder unless it was formatted before, and starts the node on two free ports.
   *
   * @throws IOException when the folder cannot be written
   */
  public static EmbeddedKafka start(Path folder) throws IOException {
    var log = Files.createDirectories(folder.resolve("log")).toAbsolutePath();
    var brokerPort = freePort();
    var config = new KafkaConfig(properties(log, brokerPort, freePort()), false);
    if (Files.notExists(log.resolve("meta.properties"))) {
      format(log);
    }
    var server = new KafkaRaftServer(config, Time.SYSTEM);
    server.startup();
    return new EmbeddedKafka(server, "localhost:" + brokerPort);
  }

  /** What a client connects to. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Shuts the node down in order; what was acknowledged is on disk. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static Map<String, String> properties(Path log, int brokerPort, int controllerPort) {
    var properties = new HashMap<String, String>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", String.valueOf(NODE_ID));
    properties.put("controller.quorum.voters", NODE_ID + "@localhost:" + controllerPort);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put(
        "listeners",
        "PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d".formatted(brokerPort, controllerPort));
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", log.toString());
    properties.put("auto.create.topics.enable", "false");
    // One node holds the only replica of everything, Kafka's own topics included.
    for (var topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      properties.put(topic + ".replication.factor", "1");
      properties.put(topic + ".num.partitions", "4");
    }
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "4");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    // Nobody else is about to join a group, and two cores have other work than broker threads.
    properties.put("group.initial.rebalance.delay.ms", "0");
    // A worker's first job would otherwise wait for the second heartbeat, 5 s after it joined.
    properties.put("group.share.min.heartbeat.interval.ms", "200");
    properties.put("group.share.heartbeat.interval.ms", "500");
    properties.put("group.share.assignment.interval.ms", "0");
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "2");
    properties.put("log.cleaner.dedupe.buffer.size", String.valueOf(2 * 1024 * 1024));
    return properties;
  }

  private static void format(Path log) throws IOException {
    try {
      new Formatter()
          .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
          .setNodeId(NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(log.toString())
          .addDirectory(log.toString())
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .run();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("The folder " + log + " cannot be made into a Kafka log", e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
