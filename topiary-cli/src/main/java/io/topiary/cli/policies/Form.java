package io.topiary.cli.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.topiary.cli.options.Refusals;
import io.topiary.cli.text.Columns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** How policies are shown. */
enum Form {
  /** For people and for {@code awk}: no cell has spaces but what a name has itself. */
  TABLE {
    @Override
    List<String> list(List<ShownPolicy> policies) {
      var rows = new ArrayList<List<String>>();
      rows.add(
          Stream.concat(COLUMNS.stream(), Stream.of(ACCEPTED))
              .map(column -> column.toUpperCase(Locale.ROOT))
              .toList());
      policies.forEach(policy -> rows.add(row(policy)));
      return Columns.leftAligned(rows);
    }

    @Override
    List<String> show(ShownPolicy policy) {
      return Columns.leftAligned(
          withAcceptance(policy).entrySet().stream()
              .map(entry -> List.of(entry.getKey(), cell(entry.getValue())))
              .toList());
    }
  },

  /** The keys of YAML, and {@code accepted}. */
  JSON {
    @Override
    List<String> list(List<ShownPolicy> policies) {
      return json(policies.stream().map(Form::withAcceptance).toList());
    }

    @Override
    List<String> show(ShownPolicy policy) {
      return json(withAcceptance(policy));
    }
  },

  /** As policies are written. */
  YAML {
    @Override
    List<String> list(List<ShownPolicy> policies) {
      return policies.stream()
          .filter(policy -> policy.complaint().isEmpty())
          .flatMap(policy -> Stream.concat(Stream.of("---"), show(policy).stream()))
          .toList();
    }

    @Override
    List<String> show(ShownPolicy policy) {
      return yaml(policy.values());
    }
  };

  private static final String ACCEPTED = "accepted";

  private static final List<String> COLUMNS =
      List.of(
          PolicyYaml.NAME,
          PolicyYaml.MODELS,
          PolicyYaml.METHOD,
          PolicyYaml.PHASES,
          PolicyYaml.SPARSITY,
          PolicyYaml.SELECTOR,
          PolicyYaml.SCHEDULE,
          PolicyYaml.SEEDS);

  private static final ObjectWriter JSON_WRITER =
      new ObjectMapper().writerWithDefaultPrettyPrinter();

  /** All of them, in lines. */
  abstract List<String> list(List<ShownPolicy> policies);

  /** One of them, in lines. */
  abstract List<String> show(ShownPolicy policy);

  /**
   * @throws io.topiary.runtime.StartException when there is none of that name
   */
  static Form named(String typed) {
    var names = Stream.of(values()).map(form -> form.name().toLowerCase(Locale.ROOT)).toList();
    Refusals.requireChoice("--output", typed, names);
    return valueOf(typed.toUpperCase(Locale.ROOT));
  }

  /** The YAML of one policy. */
  static List<String> yaml(Map<String, Object> values) {
    var options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.AUTO);
    options.setWidth(Integer.MAX_VALUE);
    options.setSplitLines(false);
    return new Yaml(options).dump(values).lines().toList();
  }

  private static Map<String, Object> withAcceptance(ShownPolicy policy) {
    var values = new LinkedHashMap<>(policy.values());
    values.put(PolicyYaml.NAME, policy.name());
    policy.complaint().ifPresent(complaint -> values.put("unreadable", complaint));
    values.put(ACCEPTED, policy.accepted());
    return values;
  }

  private static List<String> row(ShownPolicy policy) {
    var values = withAcceptance(policy);
    return Stream.concat(
            COLUMNS.stream().map(column -> cell(values.getOrDefault(column, "-"))),
            Stream.of(policy.accepted() ? "yes" : "no"))
        .toList();
  }

  private static String cell(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(Objects::toString).collect(Collectors.joining(","))
        : value.toString();
  }

  private static List<String> json(Object value) {
    try {
      return JSON_WRITER.writeValueAsString(value).lines().toList();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, numbers and lists are JSON", e);
    }
  }
}
