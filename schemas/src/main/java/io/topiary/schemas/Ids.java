package io.topiary.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Deterministic identities: the same work has the same id wherever and whenever it is named, so a
 * record that arrives twice takes effect once. An id is the first 128 bits of a SHA-256 over its
 * parts, each preceded by its length, as 32 hexadecimal digits.
 */
public final class Ids {

  private static final int HEX_DIGITS = 32;

  private Ids() {}

  /**
   * Hash of model, generation, plan phase, parent digest, mask digest and the recipe, which holds
   * the data set's digest and the seed. Where the artifacts lie plays no part, and the recipe is
   * hashed in a form that later versions of its schema do not change.
   */
  public static String jobId(
      Lineage lineage, Recipe recipe, Optional<Artifact> start, Optional<Artifact> mask) {
    return jobId(lineage, recipe, start, mask, Optional.empty());
  }

  /** The same, and of the momentum's digest where a job starts from momentum. */
  public static String jobId(
      Lineage lineage,
      Recipe recipe,
      Optional<Artifact> start,
      Optional<Artifact> mask,
      Optional<Artifact> momentum) {
    var parts =
        Stream.of(
            utf8("job"),
            utf8(lineage.getModel()),
            utf8(lineage.getGeneration()),
            utf8(lineage.getPlan().orElse("")),
            utf8(String.valueOf(lineage.getPhase())),
            utf8(start.map(Artifact::getSha256).orElse("")),
            utf8(mask.map(Artifact::getSha256).orElse("")),
            CanonicalForm.of(recipe));
    var carried = momentum.map(Artifact::getSha256).map(Ids::utf8).stream();
    return hash(Stream.concat(parts, carried).toArray(byte[][]::new));
  }

  /** Hash of the job that makes, or will retrain, the checkpoint and of its stage. */
  public static String checkpointId(String jobId, Stage stage) {
    return hash(utf8("checkpoint"), utf8(jobId), utf8(stage.name()));
  }

  /** Hash of the checkpoint and the data it is evaluated on. */
  public static String evaluationId(String checkpointId, String dataSha256) {
    return hash(utf8("evaluation"), utf8(checkpointId), utf8(dataSha256));
  }

  /** Hash of the dense checkpoint a plan starts from, all that the policy says, and the target. */
  public static String planId(String denseCheckpointId, PruningPolicy policy, double sparsity) {
    return hash(
        utf8("plan"),
        utf8(denseCheckpointId),
        CanonicalForm.of(policy),
        utf8(Double.toString(sparsity)));
  }

  /** The same, of one of several plans that differ in the seed of their retraining. */
  public static String planId(
      String denseCheckpointId, PruningPolicy policy, double sparsity, long seed) {
    return hash(
        utf8("plan"),
        utf8(denseCheckpointId),
        CanonicalForm.of(policy),
        utf8(Double.toString(sparsity)),
        utf8(Long.toString(seed)));
  }

  private static String hash(byte[]... parts) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      for (var part : parts) {
        out.writeInt(part.length);
        out.write(part);
      }
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
      return HexFormat.of().formatHex(digest).substring(0, HEX_DIGITS);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
