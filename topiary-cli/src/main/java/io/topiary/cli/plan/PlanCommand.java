package io.topiary.cli.plan;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.Feasibility;
import io.topiary.cli.options.MethodOptions;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.Refusals;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.cli.plan.RatePlot.Letters;
import io.topiary.cli.text.Figures;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.plan.PlannedRates;
import io.topiary.sparsity.schedule.DenseRule;
import io.topiary.sparsity.schedule.Iterations;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary plan}. */
@Command(
    name = "plan",
    description = {
      "Shows phases, sparsities, epochs and the shape of the learning rates, before anything runs.",
      "Takes demo's options, and shows what demo would do with them; starts nothing."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary plan --method bimp --epochs 20 --dense-epochs 8 --phases 3 --sparsity 0.9",
      "  topiary plan --method imp --total-retrain-epochs 10 --sparsity 0.9,0.98",
      "  topiary plan --schedule lrw --dense-schedule step --sparsity 0.9",
      "  topiary plan --schedule slr --dense-schedule 1-cycle --warm-up 0.3 --sparsity 0.9",
      "  topiary plan --network resnet50 --images 1281167 --batch-size 256 --epochs 90"
    })
public final class PlanCommand implements Callable<Integer> {

  /** Set by the launcher where it knows how wide the terminal is. */
  private static final String COLUMNS = "topiary.columns";

  private static final int USUAL_WIDTH = 72;
  private static final int NARROWEST = 40;
  private static final int WIDEST = 120;

  /** Half of the last digit that the title shows. */
  private static final double VISIBLE = 5e-5;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--images",
      paramLabel = "N",
      description =
          "Training images of a data set that is not at hand, in place of --data; of the shape that a"
              + " network by name is known for.")
  private Optional<Integer> images = Optional.empty();

  @Mixin private MethodOptions method = new MethodOptions();
  @Mixin private TrainingOptions training = new TrainingOptions();

  @Option(names = "--ascii", description = "Draws with ASCII's letters only.")
  private boolean ascii;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  private CommandSpec spec;

  /** What the rates depend on besides the options. */
  private record Setting(Network network, String name, int images) {}

  @Override
  public Integer call() {
    var pruning = method.request();
    var request = training.request();
    var setting = setting();
    Feasibility.requireReach(pruning, setting.network());
    var perEpoch = Iterations.perEpoch(setting.images(), request.batchSize());
    var plans = Feasibility.rates(pruning, request, setting.network(), perEpoch);
    var data =
        "%s: %s in batches of %s, %s per epoch"
            .formatted(
                setting.name(),
                Figures.count(setting.images(), "image"),
                Figures.format("%,d", request.batchSize()),
                Figures.count(perEpoch, "iteration"));
    var head = Stream.concat(Stream.of(data), denseRates(plans.get(0)).stream()).toList();
    print(plans, pruning, head, spec.commandLine().getOut());
    return 0;
  }

  /** A table for each plan, and a plot for all that follow each other and have the same. */
  private void print(
      List<PlannedRates> plans, PruningRequest pruning, List<String> head, PrintWriter out) {
    var plots = plans.stream().map(plan -> RatePlot.lines(plan, letters(), columns())).toList();
    var alike = 0;
    for (var i = 0; i < plans.size(); i++) {
      out.println(title(plans.get(i), pruning));
      head.forEach(out::println);
      out.println();
      PlanTable.lines(plans.get(i)).forEach(out::println);
      out.println();
      alike++;
      if (i + 1 == plans.size() || !plots.get(i).equals(plots.get(i + 1))) {
        if (alike > 1) {
          out.println("The learning rates of these %d plans are the same:".formatted(alike));
        }
        plots.get(i).forEach(out::println);
        out.println();
        alike = 0;
      }
    }
    out.flush();
  }

  private Setting setting() {
    if (images.isEmpty()) {
      var subject = Subject.open(network.source(), data);
      return new Setting(
          subject.network(),
          subject.network().name() + " on " + subject.data().name(),
          subject.data().train().size());
    }
    var count = images.orElseThrow();
    require(
        !data.given(),
        "--images and --data are both there; --images stands for a data set that is not at hand,"
            + " so one of them should go.");
    require(count >= 1, "--images is %d, but it should be at least 1.", count);
    var unseen = network.open();
    return new Setting(unseen, unseen.name(), count);
  }

  private static String title(PlannedRates rates, PruningRequest pruning) {
    var plan = rates.plan();
    var off = Math.abs(plan.finalSparsity() - plan.sparsity()) >= VISIBLE;
    return "%s to sparsity %s%s in %s, %s, %s"
        .formatted(
            plan.method().label(),
            Refusals.number(plan.sparsity()),
            off ? Figures.format(", reaching %.4f,", plan.finalSparsity()) : "",
            Figures.count(plan.phases().size(), "phase"),
            pruning.selector().name(),
            pruning.rule().label());
  }

  /** How the rates of the dense training go, where it is not the usual way; of all plans alike. */
  private static Optional<String> denseRates(PlannedRates rates) {
    var dense = rates.dense().schedule();
    if (dense.rule() == DenseRule.LINEAR && dense.warmUp() == 0) {
      return Optional.empty();
    }
    var rise =
        dense.warmUp() == 0
            ? ""
            : Figures.format(
                ", rising for %,d of %,d iterations", dense.warmUp(), dense.iterations());
    return Optional.of("dense rates: " + dense.rule().label() + rise);
  }

  private static int columns() {
    var terminal = Integer.getInteger(COLUMNS, USUAL_WIDTH);
    return Math.max(NARROWEST, Math.min(terminal, WIDEST));
  }

  private Letters letters() {
    var encoding = Optional.ofNullable(System.getProperty("sun.stdout.encoding"));
    var charset = encoding.map(Charset::forName).orElseGet(Charset::defaultCharset);
    return ascii || !charset.newEncoder().canEncode('\u2588') ? Letters.ASCII : Letters.BLOCKS;
  }
}
