package example;

import com.example.Short;
import java.util.*;

class Example {
    // ruleid: java-boxing-constructor
    Integer number = new Integer(5);
    // ruleid: java-boxing-constructor
    Object parsed = new Long("5");
    // ruleid: java-boxing-constructor
    Object qualified = new java.lang.Boolean(true);
    // ruleid: java-boxing-constructor
    Object letter = new Character('c');

    boolean compare(float other) {
        // ruleid: java-boxing-constructor
        return new Double(1.0).equals(other) || new Integer(values[0]).equals(other);
    }

    // ok: java-boxing-constructor
    Integer shared = Integer.valueOf(5);
    // ok: java-boxing-constructor
    Integer boxed = 5;
    // ok: java-boxing-constructor
    Integer[] array = new Integer[5];
    // ok: java-boxing-constructor
    Object imported = new Short(5);
    // ok: java-boxing-constructor
    Object nested = new Outer.Integer(5);
    // ok: java-boxing-constructor
    Object longer = new IntegerList(5);
    // ok: java-boxing-constructor
    List<Integer> list = new ArrayList<Integer>(5);
    // ok: java-boxing-constructor
    String text = "new Integer(5)";
}
