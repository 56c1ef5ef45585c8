package io.topiary.runtime.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import io.topiary.schemas.Artifact;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a server that speaks S3's protocol, over a road that can break. */
class S3ArtifactStoreTest extends ArtifactStoreContract {

  private static final String BUCKET = "topiary-test";
  private static final int PART = 5 << 20;
  private static final int LARGE = PART + 123_456;

  private static final AtomicInteger tests = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // started before all tests
  private static S3Proxy server;

  @TempDir private static Path keys;

  private FaultyRoad road;
  private S3ArtifactStore store;
  private String prefix = "";

  @BeforeAll
  static void start() throws Exception {
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", "secret");
    createKeys();
    server =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "tester", "secret")
            .endpoint(URI.create("http://127.0.0.1:0"))
            .secureEndpoint(URI.create("https://127.0.0.1:0"))
            .keyStore(keys.resolve("keys.p12").toString(), "changeit")
            .build();
    server.start();
    try (var client = client()) {
      client.createBucket(create -> create.bucket(BUCKET));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @BeforeEach
  void open() throws IOException {
    road = new FaultyRoad(server.getPort());
    prefix = "team/test-" + tests.incrementAndGet() + "/";
    store = S3ArtifactStore.open(settings(BUCKET, road.address(), Optional.empty(), 1 << 30));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    road.close();
  }

  @Override
  ArtifactStore opened() {
    return store;
  }

  @Override
  String root() {
    return "s3://" + BUCKET + "/" + prefix;
  }

  @Override
  int rounds() {
    return 4;
  }

  @Test
  void shouldSendALargeFileInPartsAndReadItBack() throws Exception {
    // Given
    var file = largeFile(1);

    // When
    var artifact = store.put(file);
    var again = store.put(file);

    // Then
    assertThat(again).isEqualTo(artifact);
    assertThat(artifact.getSize()).isEqualTo(LARGE);
    assertThat(store.fetch(artifact)).hasSameBinaryContentAs(file);
    assertThat(objects("blobs/")).containsExactly(artifact.getSha256());
    try (var client = client()) {
      var tag = client.headObject(head -> head.bucket(BUCKET).key(key(artifact.getUri()))).eTag();
      assertThat(tag).as("of two parts").endsWith("-2\"");
    }
    assertThat(files("drafts")).isZero();
  }

  @Test
  void shouldRefuseWhatSomebodyOverwroteAndFetchABrokenCopyAnew() throws Exception {
    // Given
    var artifact = write("weights");
    Files.writeString(store.fetch(artifact), "WEIGHTS");

    // When, Then
    assertThat(store.fetch(artifact)).hasContent("weights");

    // When the object itself is another one
    overwrite(artifact.getUri(), "WEIGHTS");
    Files.delete(store.fetch(artifact));

    // Then
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact))
        .withMessageContaining("should have the SHA-256 " + SHA256_OF_WEIGHTS);
    overwrite(artifact.getUri(), "weigh");
    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact))
        .withMessageContaining("should have 7 bytes, but it has 5");
    assertThat(files("drafts")).isZero();
  }

  @Test
  void shouldRefuseASnapshotThatSomebodyOverwrote() {
    var snapshot = store.writeSnapshot("job", 1, file -> Files.writeString(file, "weights"));
    overwrite(root() + snapshot, "WEIGHTS");

    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.readSnapshot(snapshot, Files::readString))
        .withMessageContaining("should have the SHA-256 in its name");
  }

  @Test
  void shouldTryAgainWhereTheRoadBreaksOnce() throws Exception {
    // Given
    var file = largeFile(2);

    // When
    road.breakThere(PART + 60_000, false);
    var artifact = store.put(file);

    // Then
    assertThat(road.isAsNew()).isTrue();

    // When
    road.breakBack(LARGE / 2, false);

    // Then
    assertThat(store.fetch(artifact)).hasSameBinaryContentAs(file);
    assertThat(road.isAsNew()).isTrue();
  }

  @Test
  void shouldTryAgainWhereTheServerIsTooBusy() {
    // One more of the SDK's three attempts may find its connection closed.
    road.refuse(1);
    var artifact = write("weights");
    road.refuse(1);

    assertThat(store.fetch(artifact)).hasContent("weights");
    assertThat(road.isAsNew()).isTrue();
  }

  @Test
  void shouldTakeItsOwnResultForTheWinnerWhereTheAnswerIsLost() {
    // When
    road.breakBack(0, false);
    var won = store.commitResult("job", new byte[] {1});

    // Then
    assertThat(road.isAsNew()).isTrue();
    assertThat(won).containsExactly(1);
    assertThat(store.commitResult("job", new byte[] {2})).containsExactly(1);
  }

  @ParameterizedTest(name = "after {0} bytes")
  @ValueSource(ints = {0, 150, 300, 450, 600})
  void shouldNotMistakeALostAnswerForAStoreWithoutConditions(int bytes) {
    road.breakBack(bytes, false);

    try (var next =
        S3ArtifactStore.open(settings(BUCKET, road.address(), Optional.empty(), 1 << 30))) {
      assertThat(next.result("job")).isEmpty();
    }
  }

  @Test
  void shouldLeaveNoPartsWhereWritersOfTheSameRace() throws Exception {
    // Given
    var file = largeFile(4);
    var writers = 3;
    var start = new CyclicBarrier(writers);
    Callable<Artifact> write =
        () -> {
          start.await();
          return store.put(file);
        };
    var pool = Executors.newFixedThreadPool(writers);
    try {

      // When
      var written = new HashSet<Artifact>();
      for (var each : pool.invokeAll(Collections.nCopies(writers, write))) {
        written.add(each.get());
      }

      // Then
      assertThat(written).hasSize(1);
      assertThat(store.fetch(written.iterator().next())).hasSameBinaryContentAs(file);
    } finally {
      pool.shutdownNow();
    }
    assertThat(uploads()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1_025, 500_000})
  void shouldRefuseAnAddressThatIsLongerThanAnyKey(int length) {
    var artifact = new Artifact(root() + "a/".repeat(length / 2) + "a", 7L, SHA256_OF_WEIGHTS);

    assertThatExceptionOfType(CorruptArtifactException.class)
        .isThrownBy(() -> store.fetch(artifact))
        .withMessageContaining("of a key of at most 1024 characters")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2_000));
  }

  @Test
  void shouldTakeAServerThatIsGoneForAFaultAndGoOnWhenItIsBack() throws Exception {
    // Given
    var file = largeFile(3);
    var artifact = write("weights");

    // When it goes in the middle of an upload, Then
    road.breakThere(PART + 60_000, true);
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> store.put(file))
        .withMessageContaining("The artifact store " + root() + " at http://127.0.0.1:");
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.fetch(artifact));
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.result("job"));
    assertThatExceptionOfType(ArtifactException.class)
        .isThrownBy(() -> store.commitResult("job", new byte[] {1}));
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.snapshots("job"));

    // When it is back
    road.mend();

    // Then
    assertThat(objects("blobs/")).containsExactly(artifact.getSha256());
    var large = store.put(file);
    road.breakBack(LARGE / 2, true);
    assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.fetch(large));
    assertThat(files("drafts")).isZero();
    road.mend();
    assertThat(store.fetch(large)).hasSameBinaryContentAs(file);
  }

  @Test
  void shouldRemoveSnapshotsOfJobsThatAreDoneWhenItOpens() {
    // Given
    store.writeSnapshot("done", 1, file -> Files.writeString(file, "x"));
    var open = store.writeSnapshot("open", 1, file -> Files.writeString(file, "x"));
    store.commitResult("done", new byte[] {1});

    // When
    try (var next =
        S3ArtifactStore.open(settings(BUCKET, road.address(), Optional.empty(), 1 << 30))) {

      // Then
      assertThat(next.snapshots("done")).isEmpty();
      assertThat(next.snapshots("open")).containsExactly(open);
    }
    assertThat(objects("probes/")).isEmpty();
  }

  @Test
  void shouldTrustTheAuthoritiesOfAFile() throws Exception {
    var address = URI.create("https://127.0.0.1:" + server.getSecurePort());
    var certificate = Optional.of(keys.resolve("authority.pem"));

    try (var secure = S3ArtifactStore.open(settings(BUCKET, address, certificate, 1 << 30))) {
      assertThat(secure.fetch(write("weights"))).hasContent("weights");
    }
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(
            () -> S3ArtifactStore.open(settings(BUCKET, address, Optional.empty(), 1 << 30)))
        .withMessageContaining("certification path");
    var empty = Optional.of(Files.writeString(folder.resolve("empty.pem"), ""));
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> S3ArtifactStore.open(settings(BUCKET, address, empty, 1 << 30)))
        .withMessageContaining("topiary.artifacts.s3.ca.file");
  }

  @Test
  void shouldSayThatThereIsNoSuchBucketOrServer() {
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(
            () ->
                S3ArtifactStore.open(
                    settings("nowhere", road.address(), Optional.empty(), 1 << 30)))
        .withMessageContaining("s3://nowhere/")
        .withMessageContaining("should be a bucket that can be read, listed and written");
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(
            () ->
                S3ArtifactStore.open(
                    settings(BUCKET, URI.create("http://127.0.0.1:1"), Optional.empty(), 1 << 30)))
        .withMessageContaining("http://127.0.0.1:1");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "artifacts.dir=/a,artifacts.s3.bucket=bbb | topiary.artifacts.dir and topiary.artifacts.s3.bucket are both set,",
        "artifacts.dir=                           | topiary.artifacts.dir and topiary.artifacts.s3.bucket are both not set,",
        "artifacts.s3.bucket=s3://bucket          | topiary.artifacts.s3.bucket is \"s3://bucket\", but it should be a bucket's name.",
        "artifacts.s3.endpoint=minio:9000         | but it should be an address such as https://minio:9000.",
        "artifacts.s3.endpoint=https://me:pw@host | topiary.artifacts.s3.endpoint holds a name or a password, but",
        "artifacts.s3.path.style=yes              | topiary.artifacts.s3.path.style is \"yes\", but it should be true or false.",
        "artifacts.s3.prefix=a/../b               | topiary.artifacts.s3.prefix is \"a/../b\", but it should be names",
      })
  void shouldRefuseSettingsInOneSentence(String given, String expected) {
    var values = new HashMap<String, String>();
    for (var each : given.split(",", -1)) {
      var equals = each.indexOf('=');
      values.put("topiary." + each.substring(0, equals), each.substring(equals + 1));
    }

    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> ArtifactStores.open(Settings.of(ArtifactStores.SETTINGS, values)))
        .withMessageContaining(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"team", "/team/", "team/"})
  void shouldOpenWhatTheSettingsSay(String typed) {
    var settings =
        Settings.of(
            ArtifactStores.SETTINGS,
            Map.of(
                "topiary.artifacts.s3.bucket",
                BUCKET,
                "topiary.artifacts.s3.prefix",
                typed,
                "topiary.artifacts.s3.endpoint",
                road.address().toString(),
                "topiary.artifacts.s3.path.style",
                "true",
                "topiary.artifacts.s3.cache.dir",
                folder.resolve("cache").toString()));

    var artifact = ArtifactStores.open(settings).write(file -> Files.writeString(file, "weights"));

    assertThat(artifact.getUri()).isEqualTo("s3://" + BUCKET + "/team/blobs/" + SHA256_OF_WEIGHTS);
  }

  private S3Settings settings(
      String bucket, URI endpoint, Optional<Path> certificates, long cacheBytes) {
    return new S3Settings(
        bucket,
        prefix,
        Optional.of(endpoint),
        Optional.of("us-east-1"),
        true,
        certificates,
        folder.resolve("cache"),
        cacheBytes,
        PART);
  }

  private Path largeFile(long seed) throws IOException {
    var bytes = new byte[LARGE];
    new Random(seed).nextBytes(bytes);
    return Files.write(folder.resolve("large-" + seed), bytes);
  }

  private long files(String kind) throws IOException {
    try (var files = Files.list(folder.resolve("cache").resolve(kind))) {
      return files.count();
    }
  }

  private List<String> objects(String below) {
    try (var client = client()) {
      return client
          .listObjectsV2(list -> list.bucket(BUCKET).prefix(prefix + below))
          .contents()
          .stream()
          .map(object -> object.key().substring((prefix + below).length()))
          .toList();
    }
  }

  private List<String> uploads() {
    try (var client = client()) {
      return client.listMultipartUploads(list -> list.bucket(BUCKET)).uploads().stream()
          .map(upload -> upload.key())
          .filter(key -> key.startsWith(prefix))
          .toList();
    }
  }

  private static void overwrite(String uri, String content) {
    try (var client = client()) {
      client.putObject(put -> put.bucket(BUCKET).key(key(uri)), RequestBody.fromString(content));
    }
  }

  private static String key(String uri) {
    return uri.substring(("s3://" + BUCKET + "/").length());
  }

  private static S3Client client() {
    return S3Connection.open(
        new S3Settings(
            BUCKET,
            "",
            Optional.of(URI.create("http://127.0.0.1:" + server.getPort())),
            Optional.of("us-east-1"),
            true,
            Optional.empty(),
            keys,
            1,
            PART));
  }

  private static void createKeys() throws Exception {
    var store = keys.resolve("keys.p12").toString();
    keytool(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-alias",
        "s3",
        "-dname",
        "CN=s3",
        "-ext",
        "san=ip:127.0.0.1",
        "-keystore",
        store,
        "-storepass",
        "changeit");
    var certificate =
        KeyStore.getInstance(Path.of(store).toFile(), "changeit".toCharArray())
            .getCertificate("s3");
    Files.writeString(
        keys.resolve("authority.pem"),
        "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(certificate.getEncoded())));
  }

  private static void keytool(String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
