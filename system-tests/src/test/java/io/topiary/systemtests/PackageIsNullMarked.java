package io.topiary.systemtests;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** Holds where a package says that nothing in it is null unless it says so. */
final class PackageIsNullMarked extends ArchCondition<JavaClass> {

  PackageIsNullMarked() {
    super("be in a package that is @NullMarked");
  }

  @Override
  public void check(JavaClass item, ConditionEvents events) {
    var marked = item.getPackage().isAnnotatedWith(NullMarked.class);
    events.add(
        new SimpleConditionEvent(
            item, marked, item.getName() + (marked ? " is" : " is not") + " in such a package"));
  }
}
