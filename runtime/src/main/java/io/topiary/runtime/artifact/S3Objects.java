package io.topiary.runtime.artifact;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects of a bucket, by their keys below the prefix. What is away is an {@link
 * ArtifactException}, after the SDK has tried again.
 */
final class S3Objects implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(S3Objects.class);

  private static final int MOST_PARTS = 10_000;
  private static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICT = 409;

  /** Two conditional puts at a time make one of them wait for the other; S3 says 409. */
  private static final int CONFLICTS = 10;

  private static final String NONE = "*";
  private static final String BYTES = "application/octet-stream";

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

  /** Puts the object unless there is one. */
  boolean putIfAbsent(String key, byte[] content) {
    return calling(
        "be written",
        () ->
            conditionally(
                () ->
                    s3.putObject(
                        put -> put.bucket(bucket()).key(at(key)).ifNoneMatch(NONE),
                        RequestBody.fromBytes(content))));
  }

  /** Puts the file's content unless there is such an object, in parts where it is large. */
  void putIfAbsent(String key, Path file) throws IOException {
    var size = Files.size(file);
    if (size <= settings.partBytes()) {
      putIfAbsent(key, Files.readAllBytes(file));
    } else if (size(key).isEmpty()) {
      putInParts(key, file, size);
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

  private void putInParts(String key, Path file, long size) throws IOException {
    var upload =
        calling(
                "be written",
                () -> s3.createMultipartUpload(create -> create.bucket(bucket()).key(at(key))))
            .uploadId();
    try {
      var parts = sendParts(key, file, size, upload);
      calling(
          "be written",
          () ->
              conditionally(
                  () ->
                      s3.completeMultipartUpload(
                          complete ->
                              complete
                                  .bucket(bucket())
                                  .key(at(key))
                                  .uploadId(upload)
                                  .ifNoneMatch(NONE)
                                  .multipartUpload(all -> all.parts(parts)))));
    } catch (IOException | RuntimeException e) {
      abort(key, upload);
      throw e;
    }
  }

  /** One part in memory at a time. */
  private List<CompletedPart> sendParts(String key, Path file, long size, String upload)
      throws IOException {
    var partSize = Math.toIntExact(Math.max(settings.partBytes(), size / MOST_PARTS + 1));
    var parts = new ArrayList<CompletedPart>();
    try (var channel = FileChannel.open(file)) {
      for (var start = 0L; start < size; start += partSize) {
        var number = parts.size() + 1;
        var part = new byte[(int) Math.min(partSize, size - start)];
        Channels.newInputStream(channel).readNBytes(part, 0, part.length);
        var sent =
            calling(
                "be written",
                () ->
                    s3.uploadPart(
                        put ->
                            put.bucket(bucket()).key(at(key)).uploadId(upload).partNumber(number),
                        RequestBody.fromContentProvider(
                            () -> new ByteArrayInputStream(part), part.length, BYTES)));
        parts.add(CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build());
      }
    }
    return parts;
  }

  /** What cannot be aborted either is for the bucket's lifecycle rule. */
  private void abort(String key, String upload) {
    try {
      s3.abortMultipartUpload(abort -> abort.bucket(bucket()).key(at(key)).uploadId(upload));
    } catch (SdkException e) {
      log.debug("The upload of {} was not aborted", key, e);
    }
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
      }
    }
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

  private <T> T calling(String what, Supplier<T> call) {
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

  private String at(String key) {
    return settings.prefix() + key;
  }
}
