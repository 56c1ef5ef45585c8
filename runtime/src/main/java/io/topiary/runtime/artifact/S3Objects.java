package io.topiary.runtime.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects of a bucket, by their keys below the prefix. What is away is an {@link
 * ArtifactException}, after the SDK has tried again.
 */
final class S3Objects implements AutoCloseable {

  static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICT = 409;

  /** Two conditional puts at a time make one of them wait for the other; S3 says 409. */
  private static final int CONFLICTS = 10;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  /**
   * The client's limit of silence is for answers alone: who takes no more bytes is cut off here.
   */
  static final Duration PART_WITHIN = Duration.ofMinutes(5);

  static final String NONE = "*";

  private final S3Client s3;
  private final S3Settings settings;

  S3Objects(S3Client s3, S3Settings settings) {
    this.s3 = s3;
    this.settings = settings;
  }

  /** Whether the bucket answers; no more than a look. */
  void requireBucket() {
    calling("be reached", () -> s3.headBucket(head -> head.bucket(settings.bucket())));
  }

  /** Bytes of the object; absent where there is none. */
  Optional<Long> size(String key) {
    return calling(
        "be read",
        () -> {
          try {
            return Optional.of(
                s3.headObject(head -> head.bucket(bucket()).key(at(key))).contentLength());
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  /** The object in memory; absent where there is none. */
  Optional<byte[]> bytes(String key) {
    return calling(
        "be read",
        () -> {
          try {
            ResponseBytes<GetObjectResponse> object =
                s3.getObjectAsBytes(get -> get.bucket(bucket()).key(at(key)));
            return Optional.of(object.asByteArray());
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  /**
   * Writes the object to the file, over what an attempt before left there.
   *
   * @param expected whether an object of so many bytes is to be read at all
   * @return the bytes of the object, read or not; absent where there is none
   */
  Optional<Long> download(String key, Path file, LongPredicate expected) {
    return calling(
        "be read",
        () -> {
          try {
            return Optional.of(
                s3.getObject(
                    get -> get.bucket(bucket()).key(at(key)),
                    ResponseTransformer.unmanaged(
                        (response, stream) -> {
                          if (expected.test(response.contentLength())) {
                            copy(stream, file, response.contentLength());
                          } else {
                            stream.abort();
                          }
                          return response.contentLength();
                        })));
          } catch (NoSuchKeyException e) {
            return Optional.empty();
          }
        });
  }

  /**
   * Puts the object unless there is one.
   *
   * @return true when it was put; false when there is one, which may be this very one: a put whose
   *     answer was lost is sent again
   */
  boolean putIfAbsent(String key, byte[] content) {
    return calling(
        "be written",
        () ->
            conditionally(
                () ->
                    s3.putObject(
                        put ->
                            put.bucket(bucket())
                                .key(at(key))
                                .ifNoneMatch(NONE)
                                .overrideConfiguration(
                                    limits -> limits.apiCallAttemptTimeout(PART_WITHIN)),
                        RequestBody.fromBytes(content))));
  }

  /** Puts the file's content unless there is such an object, in parts where it is large. */
  void putIfAbsent(String key, Path file) throws IOException {
    var size = Files.size(file);
    if (size <= settings.partBytes()) {
      putIfAbsent(key, Files.readAllBytes(file));
    } else if (size(key).isEmpty()) {
      new MultipartUpload(this, s3, settings).put(key, file, size);
    }
  }

  /** Names below the key, which ends in a slash, those of folders among them. */
  List<String> names(String folder) {
    var start = at(folder);
    return calling(
        "be read",
        () -> {
          var names = new ArrayList<String>();
          for (var page :
              s3.listObjectsV2Paginator(
                  list -> list.bucket(bucket()).prefix(start).delimiter("/"))) {
            page.contents().stream().map(S3Object::key).forEach(names::add);
            page.commonPrefixes().stream().map(CommonPrefix::prefix).forEach(names::add);
          }
          return names.stream()
              .map(key -> key.substring(start.length()))
              .map(name -> name.endsWith("/") ? name.substring(0, name.length() - 1) : name)
              .filter(name -> !name.isEmpty())
              .distinct()
              .toList();
        });
  }

  /** Removes the object if it is there. */
  void delete(String key) {
    calling("be written", () -> s3.deleteObject(delete -> delete.bucket(bucket()).key(at(key))));
  }

  @Override
  public void close() {
    s3.close();
  }

  /** Whether it was done; false when there is such an object already. */
  private static boolean conditionally(Runnable put) {
    for (var conflicts = 0; ; conflicts++) {
      try {
        put.run();
        return true;
      } catch (S3Exception e) {
        if (e.statusCode() == PRECONDITION_FAILED) {
          return false;
        }
        if (e.statusCode() != CONFLICT || conflicts == CONFLICTS) {
          throw e;
        }
        pause(conflicts);
      }
    }
  }

  /** An interrupt ends it, and the call after it. */
  private static void pause(int conflicts) {
    var longest = FIRST_PAUSE.multipliedBy(1L << Math.min(conflicts, 4)).toNanos();
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest));
  }

  private static void copy(AbortableInputStream stream, Path file, long length) throws IOException {
    try {
      var copied = copy(stream, file);
      if (copied < length) {
        throw new IOException(
            "the connection ended after %d of %d bytes".formatted(copied, length));
      }
    } catch (IOException e) {
      stream.abort();
      throw RetryableException.create("The object was not read to its end: " + e.getMessage(), e);
    } finally {
      stream.close();
    }
  }

  private static long copy(InputStream stream, Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      return stream.transferTo(out);
    }
  }

  <T> T calling(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      throw new ArtifactException(
          "The artifact store %s cannot %s at the moment: %s."
              .formatted(settings.shown(), what, String.valueOf(e.getMessage())),
          e);
    }
  }

  private String bucket() {
    return settings.bucket();
  }

  String at(String key) {
    return settings.prefix() + key;
  }
}
