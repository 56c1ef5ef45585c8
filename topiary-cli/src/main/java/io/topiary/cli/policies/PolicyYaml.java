package io.topiary.cli.policies;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.options.MethodOptions;
import io.topiary.cli.options.Refusals;
import io.topiary.cli.options.SelectorChoice;
import io.topiary.pruner.pruning.Policies;
import io.topiary.runtime.StartException;
import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.plan.PruningMethod;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Policies as people write them: YAML with the names and defaults of the command line's options,
 * one policy in each document. What the pruner would refuse is refused here, by its own code.
 */
final class PolicyYaml {

  static final String NAME = "name";
  static final String MODELS = "models";
  static final String METHOD = "method";
  static final String PHASES = "phases";
  static final String SPARSITY = "sparsity";
  static final String SELECTOR = "selector";
  static final String SCHEDULE = "schedule";
  static final String RETRAIN_EPOCHS = "retrain-epochs";
  static final String TOTAL_RETRAIN_EPOCHS = "total-retrain-epochs";
  static final String EPOCHS = "epochs";
  static final String SEEDS = "seeds";

  static final List<String> KEYS =
      List.of(
          NAME,
          MODELS,
          METHOD,
          PHASES,
          SPARSITY,
          SELECTOR,
          SCHEDULE,
          RETRAIN_EPOCHS,
          TOTAL_RETRAIN_EPOCHS,
          EPOCHS,
          SEEDS);

  private PolicyYaml() {}

  /**
   * All policies of a text.
   *
   * @param source what the text is called in complaints
   * @throws StartException with file, line and what would be right
   */
  static List<WrittenPolicy> read(String source, String text) {
    var policies = new ArrayList<WrittenPolicy>();
    for (var document : documents(source, text)) {
      if (!document.getTag().equals(Tag.NULL)) {
        policies.add(policy(YamlMapping.of(source, document, KEYS)));
      }
    }
    return policies;
  }

  private static List<Node> documents(String source, String text) {
    var nodes = new ArrayList<Node>();
    try {
      new Yaml(new SafeConstructor(new LoaderOptions()))
          .composeAll(new StringReader(text))
          .forEach(nodes::add);
      return nodes;
    } catch (MarkedYAMLException e) {
      var line = Optional.ofNullable(e.getProblemMark()).map(mark -> mark.getLine() + 1).orElse(1);
      throw YamlMapping.refusal(
          source, line, "This should be YAML, but: %s.".formatted(e.getProblem()));
    } catch (YAMLException e) {
      var problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new StartException("%s: This should be YAML, but: %s.".formatted(source, problem), e);
    }
  }

  private static WrittenPolicy policy(YamlMapping yaml) {
    var name = required(yaml, NAME, "nightly");
    require(
        name.strip().equals(name) && name.chars().noneMatch(Character::isISOControl),
        "%s: name is '%s', but it should be one line without spaces around it.",
        yaml.place(NAME),
        name.replaceAll("\\p{Cntrl}", " "));
    var method = method(yaml);
    var selector = selector(yaml);
    var builder =
        PruningPolicy.newBuilder()
            .setName(name)
            .setModels(required(yaml, MODELS, "'resnet*'"))
            .setMethod(method)
            .setSelector(selector.kind())
            .setN(selector.n())
            .setM(selector.m())
            .setSchedule(schedule(yaml))
            .setSparsities(sparsities(yaml, selector))
            .setPhases(yaml.whole(PHASES).orElse(usualPhases(method)))
            .setRetrainEpochs(yaml.decimal(RETRAIN_EPOCHS).orElse(usualRetraining(method, yaml)))
            .setSeeds(yaml.wholes(SEEDS).orElse(List.of()));
    yaml.decimal(TOTAL_RETRAIN_EPOCHS).ifPresent(builder::setTotalRetrainEpochs);
    yaml.decimal(EPOCHS).ifPresent(builder::setBudget);
    var policy = builder.build();
    requireAcceptable(policy, yaml);
    return new WrittenPolicy(policy, yaml.place(NAME));
  }

  private static void requireAcceptable(PruningPolicy policy, YamlMapping yaml) {
    if (policy.getMethod() == Method.BIMP) {
      require(
          policy.getBudget().isPresent(),
          "%s: method is bimp, but epochs is not there; it should say how many dense training and"
              + " retraining have together, for example epochs: 20.",
          yaml.place(METHOD));
    }
    try {
      Policies.requireValid(policy.getName(), policy);
    } catch (InvalidInputException e) {
      throw new StartException(
          yaml.place(NAME) + ": " + Words.inSentence(String.valueOf(e.getMessage()), policy), e);
    }
  }

  private static String required(YamlMapping yaml, String key, String example) {
    return yaml.text(key)
        .orElseThrow(
            () ->
                new StartException(
                    "%s: %s is not there; it should be, for example %s: %s."
                        .formatted(yaml.place(key), key, key, example)));
  }

  private static Method method(YamlMapping yaml) {
    var word = yaml.word(METHOD, "imp").orElse(MethodOptions.USUAL_METHOD);
    var labels = Stream.of(PruningMethod.values()).map(PruningMethod::label).toList();
    Refusals.requireChoice(yaml.place(METHOD) + ": method", word, labels);
    return Method.valueOf(PruningMethod.named(word).name());
  }

  private static Schedule schedule(YamlMapping yaml) {
    var word = yaml.word(SCHEDULE, "allr").orElse(MethodOptions.USUAL_SCHEDULE);
    var labels = Stream.of(RetrainingRule.values()).map(RetrainingRule::label).toList();
    Refusals.requireChoice(yaml.place(SCHEDULE) + ": schedule", word, labels);
    return Schedule.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static SelectorChoice selector(YamlMapping yaml) {
    var word = yaml.word(SELECTOR, "lamp").orElse(MethodOptions.USUAL_SELECTOR);
    try {
      return SelectorChoice.of(yaml.place(SELECTOR) + ": selector", word);
    } catch (InvalidInputException e) {
      throw new StartException(yaml.place(SELECTOR) + ": " + e.getMessage(), e);
    }
  }

  private static List<Double> sparsities(YamlMapping yaml, SelectorChoice selector) {
    return yaml.decimals(SPARSITY)
        .orElseGet(
            () -> selector.onlySparsity().map(List::of).orElse(MethodOptions.USUAL_SPARSITIES));
  }

  /** What stands for phases where nothing is said of them. */
  static int usualPhases(Method method) {
    return switch (method) {
      case IMP, BIMP -> MethodOptions.USUAL_PHASES;
      case IMP_RENDA -> 0;
      default -> 1;
    };
  }

  private static double usualRetraining(Method method, YamlMapping yaml) {
    return method == Method.BIMP || yaml.decimal(TOTAL_RETRAIN_EPOCHS).isPresent()
        ? 0
        : MethodOptions.USUAL_RETRAINING;
  }
}
