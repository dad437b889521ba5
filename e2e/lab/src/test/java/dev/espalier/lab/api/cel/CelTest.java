package dev.espalier.lab.api.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.api.model.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CelTest {
    private static final ObjectNode SELF = Json.literal(
            "{\"n\":3,\"f\":1.5,\"s\":\"hello\",\"t\":true,\"none\":null,\"d\":\"1h30m\",\"list\":[1,2,3],\"words\":[\"a\",\"b\"],\"o\":{\"k\":\"v\"},\"items\":[{\"x\":1},{\"x\":2}]}");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.n == 3 && self.n != 4 && self.n < 4 && self.n >= 3",
                "self.n + 2 * 2 == 7 && (self.n + 2) * 2 == 10 && 7 / 2 == 3 && 7 % 2 == 1 && -self.n == -3",
                "self.f > 1 && self.n > 2.5",
                "self.s == 'hello' && self.s == \"hello\" && self.s + '!' == 'hello!'",
                "self.s.startsWith('he') && self.s.endsWith('lo') && self.s.contains('ell') && self.s.matches('^h.*o$')",
                "size(self.s) == 5 && self.list.size() == 3 && size(self.o) == 1",
                "self.t && !(self.n == 4)",
                "self.t ? self.n == 3 : self.n == 4",
                "self.n in [1, 3] && !(self.n in [1, 2]) && 'k' in self.o",
                "has(self.n) && !has(self.absent) && !has(self.none) && has(self.o.k)",
                "!has(self.absent) || self.absent.deep == 1",
                "self.absent == 1 || true",
                "!(self.absent == 1 && false)",
                "duration(self.d) == duration('90m') && duration('10s') < duration('1h') && duration('1.5s') > duration('-1s')",
                "self.list.all(i, i > 0) && self.list.exists(i, i == 2) && self.list.exists_one(i, i > 2)",
                "self.list.filter(i, i > 1) == [2, 3] && self.list.map(i, i * 2) == [2, 4, 6]",
                "self.items.all(i, i.x <= self.n)",
                "self.list[1] == 2 && self.o['k'] == 'v' && self.none == null",
                "int('7') == 7 && string(7) == '7'",
                "'a\\'b' == \"a'b\"",
            })
    void holds(String expression) {
        assertThat(Cel.compile(expression).holds(SELF)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.absent == 1",
                "self.n > 'a'",
                "self.n",
                "self.list[9] == 1",
                "duration('soon') > duration('1s')",
                "1 / 0 == 1",
                "self.absent || false"
            })
    void hasNoValue(String expression) {
        Cel compiled = Cel.compile(expression);
        assertThatThrownBy(() -> compiled.holds(SELF)).isInstanceOf(CelException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.x == oldSelf.x",
                "quantity(self.s) > 1",
                "self.",
                "self.n == ",
                "(self.n",
                "self.n == 3 )",
                "self.o[?'k'].orValue('') == ''",
                "self # 1",
                "has(self)",
                "other == 1"
            })
    void isRefusedWhenItNeedsWhatIsNotKnown(String expression) {
        assertThatThrownBy(() -> Cel.compile(expression)).isInstanceOf(CelException.class);
    }
}
