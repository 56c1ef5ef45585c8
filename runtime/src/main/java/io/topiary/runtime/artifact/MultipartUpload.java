package io.topiary.runtime.artifact;

import static io.topiary.runtime.artifact.S3Objects.NONE;
import static io.topiary.runtime.artifact.S3Objects.PART_WITHIN;
import static io.topiary.runtime.artifact.S3Objects.PRECONDITION_FAILED;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Puts a large file in parts. Whatever does not become an object is aborted. */
final class MultipartUpload {

  private static final Logger log = LoggerFactory.getLogger(MultipartUpload.class);

  private static final int MOST_PARTS = 10_000;
  private static final String BYTES = "application/octet-stream";

  private final S3Objects objects;
  private final S3Client s3;
  private final S3Settings settings;

  MultipartUpload(S3Objects objects, S3Client s3, S3Settings settings) {
    this.objects = objects;
    this.s3 = s3;
    this.settings = settings;
  }

  /**
   * Puts the file's content unless there is such an object.
   *
   * @param size of the file, in bytes
   */
  void put(String key, Path file, long size) throws IOException {
    var upload =
        objects
            .calling(
                "be written",
                () ->
                    s3.createMultipartUpload(
                        create -> create.bucket(settings.bucket()).key(objects.at(key))))
            .uploadId();
    var completed = false;
    try {
      var parts = sendParts(key, file, size, upload);
      completed = complete(key, upload, parts);
    } finally {
      if (!completed) {
        abort(key, upload);
      }
    }
  }

  /**
   * Makes an object of the parts unless there is one: false, then. Unlike a put, it cannot be
   * repeated after a conflict, as S3 wants the parts anew; and where its answer is lost, the upload
   * is unknown when it is repeated.
   */
  private boolean complete(String key, String upload, List<CompletedPart> parts) {
    return objects.calling(
        "be written",
        () -> {
          try {
            s3.completeMultipartUpload(
                complete ->
                    complete
                        .bucket(settings.bucket())
                        .key(objects.at(key))
                        .uploadId(upload)
                        .ifNoneMatch(NONE)
                        .multipartUpload(all -> all.parts(parts)));
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() != PRECONDITION_FAILED && objects.size(key).isEmpty()) {
              throw e;
            }
            return false;
          }
        });
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
            objects.calling(
                "be written",
                () ->
                    s3.uploadPart(
                        put ->
                            put.bucket(settings.bucket())
                                .key(objects.at(key))
                                .uploadId(upload)
                                .partNumber(number)
                                .overrideConfiguration(
                                    limits -> limits.apiCallAttemptTimeout(PART_WITHIN)),
                        RequestBody.fromContentProvider(
                            () -> new ByteArrayInputStream(part), part.length, BYTES)));
        parts.add(CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build());
      }
    }
    return parts;
  }

  /** What cannot be aborted either is for the bucket's lifecycle rule. */
  private void abort(String key, String upload) {
    // The SDK sends nothing for a thread that is interrupted, as one is that is being stopped.
    var interrupted = Thread.interrupted();
    try {
      s3.abortMultipartUpload(
          abort -> abort.bucket(settings.bucket()).key(objects.at(key)).uploadId(upload));
    } catch (SdkException e) {
      log.debug("The upload of {} was not aborted", key, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
