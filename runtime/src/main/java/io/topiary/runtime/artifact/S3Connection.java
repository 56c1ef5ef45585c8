package io.topiary.runtime.artifact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** How S3 is reached. */
final class S3Connection {

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** Silence, not duration: a transfer of any length goes on as long as bytes arrive. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private S3Connection() {}

  /**
   * @throws io.topiary.runtime.config.SettingException when there are no certificates in the file
   */
  static S3Client open(S3Settings settings) {
    var http = UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE);
    settings
        .certificates()
        .map(S3Connection::trusting)
        .ifPresent(trusted -> http.tlsTrustManagersProvider(() -> trusted));
    var client =
        S3Client.builder()
            .httpClientBuilder(http)
            .forcePathStyle(settings.pathStyle())
            // What stores that are not AWS's own have in common; digests are checked by us.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                override ->
                    override.retryStrategy(
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .retryOnException(S3Connection::isCutOff)
                            .build()));
    settings.endpoint().ifPresent(client::endpointOverride);
    settings.region().map(Region::of).ifPresent(client::region);
    return client.build();
  }

  /**
   * Whether the server got less than was sent: the connection broke on the way there, and not on
   * the way back. By its status, 400, the SDK takes that for the client's mistake.
   */
  private static boolean isCutOff(Throwable failure) {
    return failure instanceof AwsServiceException refused
        && Optional.ofNullable(refused.awsErrorDetails())
            .filter(details -> "IncompleteBody".equals(details.errorCode()))
            .isPresent();
  }

  private static TrustManager[] trusting(Path file) {
    try (var pem = Files.newInputStream(file)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("authority-" + store.size(), certificate);
      }
      if (store.size() == 0) {
        throw wrong(file, Optional.empty());
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      return managers.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw wrong(file, Optional.of(e));
    }
  }

  private static RuntimeException wrong(Path file, Optional<Exception> why) {
    return S3Settings.wrong(
        S3Settings.CERTIFICATES,
        file,
        "a PEM file with certificates"
            + why.map(e -> ", and cannot be read as one: " + e).orElse(""));
  }
}
