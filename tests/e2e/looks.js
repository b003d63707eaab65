// Has axe-core judge the contrast of a text once for each look, on however many pages it comes.
// Called with the looks that passed before; `axe.passed` are those that passed since.
(before) => {
  const check = axe._audit.checks["color-contrast"];
  const evaluate = check.evaluate;
  const passed = new Set(before);
  axe.passed = [];

  check.evaluate = function (element, ...rest) {
    const look = lookOf(element);
    if (passed.has(look)) return true;
    const result = evaluate.call(this, element, ...rest);
    if (result === true && look) {
      passed.add(look);
      axe.passed.push(look);
    }
    return result;
  };

  // All that the contrast of a text depends on. None where that is its place too: where it lies,
  // or reaches, over what it is no part of.
  function lookOf(element) {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const look = [color, fontSize, fontWeight, textShadow];
    let ground = null;
    for (let around = element; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      const paint = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter];
      if (paint.join() !== "rgba(0, 0, 0, 0),none,1,none") look.push(...paint);
      if (!ground && style.backgroundColor.startsWith("rgb(")) ground = around;
      if (!ground && !["static", "relative"].includes(style.position)) return null;
    }
    return isWithin(element, ground ?? document.body) ? look.join() : null;
  }

  function isWithin(element, ground) {
    if (ground.contains(document.body)) return true; // whose ground is that of the whole page
    const range = document.createRange();
    range.selectNodeContents(element);
    const [text, box] = [range.getBoundingClientRect(), ground.getBoundingClientRect()];
    return (
      text.left >= box.left - 1 &&
      text.top >= box.top - 1 &&
      text.right <= box.right + 1 &&
      text.bottom <= box.bottom + 1
    );
  }
}
