package io.topiary.runtime.artifact;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Where artifacts lie on S3, or on what speaks its protocol. Credentials are those of the default
 * chain of AWS's SDK: the environment, a service account's web identity, and so on.
 *
 * @param prefix what all keys begin with: empty, or ending in a slash
 * @param endpoint absent for AWS itself
 * @param region absent where the SDK is to find out
 * @param pathStyle whether the bucket is part of the path and not of the host's name
 * @param certificates PEM file of the authorities to trust, in place of Java's own
 * @param cache folder of copies of what was fetched
 * @param cacheBytes what the copies may take
 * @param partBytes larger files are sent in parts of so many bytes
 */
record S3Settings(
    String bucket,
    String prefix,
    Optional<URI> endpoint,
    Optional<String> region,
    boolean pathStyle,
    Optional<Path> certificates,
    Path cache,
    long cacheBytes,
    int partBytes) {

  static final Setting<Optional<String>> BUCKET =
      optional(
          "topiary.artifacts.s3.bucket",
          "bucket of the artifact store, in place of a folder",
          "a bucket's name",
          S3Settings::bucketName);

  static final Setting<String> PREFIX =
      new Setting<>(
          "topiary.artifacts.s3.prefix",
          "what the keys of all artifacts begin with",
          "names with slashes between them, for example team/topiary",
          Optional.of(""),
          S3Settings::parsePrefix);

  static final Setting<Optional<URI>> ENDPOINT =
      optional(
          "topiary.artifacts.s3.endpoint",
          "address of what speaks S3's protocol; empty for AWS",
          "an address such as https://minio:9000",
          S3Settings::address);

  static final Setting<Optional<String>> REGION =
      optional(
          "topiary.artifacts.s3.region",
          "region of the bucket; empty for AWS_REGION, or where there is an endpoint us-east-1",
          "a region such as eu-central-1",
          Optional::of);

  static final Setting<Boolean> PATH_STYLE =
      new Setting<>(
          "topiary.artifacts.s3.path.style",
          "whether the bucket is part of the path and not of the host's name",
          "true or false",
          Optional.of("false"),
          text ->
              switch (text) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
              });

  static final Setting<Optional<Path>> CERTIFICATES =
      optional(
          "topiary.artifacts.s3.ca.file",
          "PEM file of the certificate authorities to trust, in place of Java's own",
          "a path",
          text -> Optional.of(Path.of(text).toAbsolutePath().normalize()));

  static final Setting<Path> CACHE =
      Setting.path("topiary.artifacts.s3.cache.dir", "folder of copies of what was fetched from S3")
          .orElse(Path.of(System.getProperty("java.io.tmpdir"), "topiary-artifacts").toString());

  static final Setting<Integer> CACHE_MEBIBYTES =
      Setting.positive(
              "topiary.artifacts.s3.cache.mib",
              "MiB that the copies may take, besides what is in use")
          .orElse("4096");

  static final List<Setting<?>> SETTINGS =
      List.of(BUCKET, PREFIX, ENDPOINT, REGION, PATH_STYLE, CERTIFICATES, CACHE, CACHE_MEBIBYTES);

  private static final Pattern BUCKET_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
  private static final Pattern PREFIX_NAME = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");
  private static final int PART_BYTES = 8 << 20;

  static S3Settings from(String bucket, Settings settings) {
    var endpoint = settings.get(ENDPOINT);
    var region = settings.get(REGION);
    return new S3Settings(
        bucket,
        settings.get(PREFIX),
        endpoint,
        region.isEmpty() && endpoint.isPresent() ? Optional.of("us-east-1") : region,
        settings.get(PATH_STYLE),
        settings.get(CERTIFICATES),
        settings.get(CACHE),
        settings.get(CACHE_MEBIBYTES) * (1L << 20),
        PART_BYTES);
  }

  /** What artifacts' addresses begin with. */
  String root() {
    return "s3://" + bucket + "/" + prefix;
  }

  /** For people: where the store is. */
  String shown() {
    return endpoint.map(address -> root() + " at " + address).orElse(root());
  }

  private static <T> Setting<Optional<T>> optional(
      String name, String description, String expected, Function<String, Optional<T>> parser) {
    return new Setting<>(
        name,
        description,
        expected,
        Optional.of(""),
        text -> {
          var value = text.isEmpty() ? Optional.<T>empty() : parser.apply(text);
          return text.isEmpty() || value.isPresent() ? Optional.of(value) : Optional.empty();
        });
  }

  private static Optional<String> bucketName(String text) {
    return Optional.of(text).filter(name -> BUCKET_NAME.matcher(name).matches());
  }

  private static Optional<String> parsePrefix(String text) {
    var names = text.replaceAll("^/+|/+$", "");
    if (names.isEmpty()) {
      return Optional.of("");
    }
    var asks = List.of(names.split("/")).stream().anyMatch(name -> name.matches("\\.+"));
    return Optional.of(names + "/").filter(prefix -> PREFIX_NAME.matcher(names).matches() && !asks);
  }

  private static Optional<URI> address(String text) {
    var address = URI.create(text);
    if (address.getRawUserInfo() != null) {
      // Not shown, unlike other wrong ones.
      throw new SettingException(
          "topiary.artifacts.s3.endpoint holds a name or a password, but it should be an address alone; credentials come from AWS's default chain, for example AWS_ACCESS_KEY_ID.");
    }
    var speaksHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    return Optional.of(address).filter(given -> speaksHttp && given.getHost() != null);
  }

  /** A wrong one is told by the name of its setting. */
  static SettingException wrong(Setting<?> setting, Object value, String expected) {
    return new SettingException(
        "%s is \"%s\", but it should be %s.".formatted(setting.name(), value, expected));
  }
}
