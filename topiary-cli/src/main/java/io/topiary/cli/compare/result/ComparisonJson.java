package io.topiary.cli.compare.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/**
 * A comparison as JSON: the records' components by name, times as ISO 8601, null for what is
 * absent.
 */
public final class ComparisonJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ComparisonJson() {}

  public static String write(Comparison comparison) {
    return write((Object) comparison);
  }

  /** Any record of plain values, in the same way. */
  public static String write(Object record) {
    try {
      return MAPPER.writeValueAsString(record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of plain values can be written", e);
    }
  }

  /**
   * What {@link #write} has written.
   *
   * @throws JsonProcessingException when the text is something else
   */
  public static Comparison read(String json) throws JsonProcessingException {
    return read(json, Comparison.class);
  }

  /**
   * A record of plain values that was written here.
   *
   * @throws JsonProcessingException when the text is something else
   */
  public static <T> T read(String json, Class<T> type) throws JsonProcessingException {
    return MAPPER.readValue(json, type);
  }
}
