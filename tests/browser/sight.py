"""What a person at the wall could not read: words cut by a box, and words on the map under other words."""

from playwright.sync_api import Page

# A text is cut when its letters reach beyond a box around it that hides what overflows; what lies wholly
# beyond the map is elsewhere, not cut. Thai letters need less height than their line, hence 6 px.
_CUT = """(scope) => {
  const reach = 1.5;
  const cut = [];
  const texts = document.createTreeWalker(document.querySelector(scope), NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (!node.data.trim() || !node.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const letters = range.getBoundingClientRect();
    if (letters.right > innerWidth + reach || letters.left < -reach) cut.push(`screen: ${node.data}`);
    for (let box = node.parentElement; box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const edge = box.getBoundingClientRect();
      const isOver = letters.left < edge.left - reach || letters.right > edge.right + reach
        || letters.top < edge.top - reach - 6 || letters.bottom > edge.bottom + reach + 6;
      const isDotted = style.textOverflow === 'ellipsis' && box.scrollWidth > box.clientWidth + 1;
      const isAway = letters.right < edge.left || letters.left > edge.right
        || letters.bottom < edge.top || letters.top > edge.bottom;
      if (isAway && node.parentElement.closest('.map')) break;
      if (isOver || isDotted) cut.push(`${box.className}: ${node.data}`);
    }
  }
  return cut;
}"""
_OVERDRAWN = """() => {
  const words = [...document.querySelectorAll('.pin-tag, .pin-label, .map-name:not(.is-line)')]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }));
  const marks = [...document.querySelectorAll('.pin-rank, .pin-alert .mark')];
  const touch = (one, other) => one.left < other.right - 2 && other.left < one.right - 2
    && one.top < other.bottom - 2 && other.top < one.bottom - 2;
  const found = [];
  words.forEach((word, index) => {
    const mine = word.getBoundingClientRect();
    const others = [...words.slice(index + 1), ...marks].filter((other) => !word.contains(other));
    others.filter((other) => touch(mine, other.getBoundingClientRect()))
      .forEach((other) => found.push(`${word.textContent} / ${other.textContent}`));
  });
  return found;
}"""


def cut_texts(page: Page, scope: str = "body") -> list[str]:
    """Texts under `scope` that are not seen whole, each with the box that cuts it."""
    found: list[str] = page.evaluate(_CUT, scope)
    return found


def overdrawn_words(page: Page) -> list[str]:
    """Pairs of words on the map that lie on one another, and words under an alarm's mark or a rank."""
    found: list[str] = page.evaluate(_OVERDRAWN)
    return found
