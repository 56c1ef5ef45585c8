package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The project's images and Kafka's, each as a container, as a cluster would run them: no root, no
 * capability, a root file system that is read-only, and the folders that the images declare.
 *
 * <p>There are two networks. The test reaches the broker through the first, by a published port and
 * the listener that is advertised for it; the services through the second, as {@code kafka:19092}.
 * So the second can be cut while the test looks on.
 */
final class ContainerisedServices implements AutoCloseable {

  static final Duration STARTED = Duration.ofMinutes(3);

  private static final String KAFKA = "kafka";
  private static final int KAFKA_PORT = 19092;
  private static final int HTTP_PORT = 8080;
  private static final long MEMORY = 1536L << 20;

  /** Nothing can be run from there: what is loaded is in the image. */
  private static final String TMPFS = "rw,noexec,nosuid,mode=1777,size=";

  /** Where it is true, an engine or image that is missing fails the tests. */
  private static final String REQUIRED = "TOPIARY_DEPLOYMENT_REQUIRED";

  private final HttpClient http = HttpClient.newHttpClient();
  private final DockerClient docker = DockerClientFactory.instance().client();
  // A container's published ports belong to its first network by name, and move when another comes
  // before it.
  private final Network outside = network("1-outside");
  private final Network inside = network("2-inside");
  private final String artifacts = docker.createVolumeCmd().exec().getName();
  private final List<GenericContainer<?>> services = new ArrayList<>();
  private final KafkaContainer kafka;

  private ContainerisedServices() {
    kafka =
        new KafkaContainer("apache/kafka:" + System.getProperty("topiary.kafka.version"))
            .withNetwork(outside)
            // On all addresses: by its name it would listen on the first network alone.
            .withListener("0.0.0.0:" + KAFKA_PORT, () -> KAFKA + ":" + KAFKA_PORT)
            .withEnv("KAFKA_HEAP_OPTS", "-Xmx384m")
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1")
            .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1")
            .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS", "4")
            .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4")
            // A killed worker's job is free again after this; Kafka allows no less.
            .withEnv("KAFKA_GROUP_SHARE_RECORD_LOCK_DURATION_MS", "15000")
            .withStartupTimeout(STARTED);
  }

  /** Starts the broker, and no service yet; leaves the test out where there is no engine. */
  static ContainerisedServices onBrokerOfTheirOwn() {
    requireDockerAndImages();
    var containers = new ContainerisedServices();
    try {
      containers.kafka.start();
      containers.heal();
      return containers;
    } catch (RuntimeException e) {
      containers.close();
      throw e;
    }
  }

  private static Network network(String name) {
    var unique = "topiary-%s-%s".formatted(name, UUID.randomUUID());
    return Network.builder().createNetworkCmdModifier(command -> command.withName(unique)).build();
  }

  private static void requireDockerAndImages() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      leaveOut("There is no Docker engine; start one, or name its socket in DOCKER_HOST.");
    }
    for (var service : List.of("trainer", "pruner", "evaluator", "cli")) {
      try {
        DockerClientFactory.instance().client().inspectImageCmd(image(service)).exec();
      } catch (NotFoundException e) {
        leaveOut(
            "The engine has no image %s; system-tests/src/test/docker/with-docker builds and loads it."
                .formatted(image(service)));
      }
    }
  }

  private static void leaveOut(String why) {
    System.err.println("Tests in containers are left out: " + why);
    if ("true".equals(System.getenv(REQUIRED))) {
      Assertions.fail(why);
    }
    Assumptions.abort(why);
  }

  static String image(String service) {
    return "%s/topiary-%s:%s"
        .formatted(
            System.getProperty("topiary.image.registry"),
            service,
            System.getProperty("topiary.image.tag"));
  }

  /** What the image says about itself. */
  ContainerConfig configuration(String service) {
    return Objects.requireNonNull(docker.inspectImageCmd(image(service)).exec().getConfig());
  }

  /** The broker's address, as the test reaches it. */
  String broker() {
    return kafka.getBootstrapServers();
  }

  /** Starts a service and waits until it is ready; its name is its host name, too. */
  GenericContainer<?> start(String service, String name, Map<String, String> environment) {
    var container =
        new GenericContainer<>(image(service))
            .withNetwork(inside)
            .withExposedPorts(HTTP_PORT)
            .withEnv("TOPIARY_KAFKA_BOOTSTRAP_SERVERS", KAFKA + ":" + KAFKA_PORT)
            .withEnv("TOPIARY_ARTIFACTS_DIR", "/var/lib/topiary/artifacts")
            .withEnv("TOPIARY_WORKER_NAME", name)
            .withEnv("TOPIARY_EVALUATOR_TIMING_BUDGET", "10ms")
            .withEnv("TOPIARY_FRONTIER_ADVERTISED_ADDRESS", name + ":" + HTTP_PORT)
            .withEnv(environment)
            .withCreateContainerCmdModifier(
                command ->
                    command.withHostName(name).withHostConfig(restricted(command.getHostConfig())))
            .waitingFor(Wait.forHttp("/readyz").forPort(HTTP_PORT).withStartupTimeout(STARTED));
    services.add(container);
    container.start();
    return container;
  }

  /** Runs the command line to its end, and gives what it has printed. */
  String run(String... arguments) {
    var container =
        new GenericContainer<>(image("cli"))
            .withNetwork(inside)
            .withCommand(arguments)
            .withCreateContainerCmdModifier(
                command -> command.withHostConfig(restricted(command.getHostConfig())))
            .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(STARTED));
    services.add(container);
    container.start();
    return container.getLogs();
  }

  private HostConfig restricted(HostConfig host) {
    return host.withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withMemory(MEMORY)
        .withMemorySwap(MEMORY)
        .withBinds(new Bind(artifacts, new Volume("/var/lib/topiary/artifacts")))
        .withTmpFs(
            Map.of(
                "/tmp", TMPFS + "16m",
                "/var/lib/topiary/state", TMPFS + "256m",
                // Empty, and too small for anything to be unpacked into.
                "/var/cache/topiary/djl", TMPFS + "64k"));
  }

  /** From here on no service reaches the broker; whoever is outside still does. */
  void cut() {
    docker
        .disconnectFromNetworkCmd()
        .withNetworkId(inside.getId())
        .withContainerId(kafka.getContainerId())
        .withForce(true)
        .exec();
  }

  void heal() {
    docker
        .connectToNetworkCmd()
        .withNetworkId(inside.getId())
        .withContainerId(kafka.getContainerId())
        .withContainerNetwork(new ContainerNetwork().withAliases(KAFKA))
        .exec();
  }

  /** As when the machine loses its power. */
  void kill(GenericContainer<?> container) {
    docker.killContainerCmd(container.getContainerId()).exec();
  }

  /** Sends SIGTERM, and gives the status that the process ends with. */
  long terminate(GenericContainer<?> container, Duration within) {
    docker
        .stopContainerCmd(container.getContainerId())
        .withTimeout(Math.toIntExact(within.toSeconds()))
        .exec();
    return docker
        .inspectContainerCmd(container.getContainerId())
        .exec()
        .getState()
        .getExitCodeLong();
  }

  void awaitReady(GenericContainer<?> container, boolean ready) {
    await()
        .atMost(STARTED)
        .untilAsserted(
            () ->
                assertThat(get(container, "/readyz").statusCode())
                    .as(container.getLogs())
                    .isEqualTo(ready ? 200 : 503));
  }

  private HttpResponse<String> get(GenericContainer<?> container, String page)
      throws IOException, InterruptedException {
    var address =
        "http://%s:%d%s".formatted(container.getHost(), container.getMappedPort(HTTP_PORT), page);
    return http.send(
        HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The broker last: nobody needs to wait for one that is gone. */
  @Override
  public void close() {
    services.forEach(GenericContainer::stop);
    kafka.stop();
    inside.close();
    outside.close();
    docker.removeVolumeCmd(artifacts).exec();
  }
}
