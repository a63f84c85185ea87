"""Blocks and edges without any framework: what the browser alone takes to draw and move them."""


def page(blocks: int, columns: int) -> str:
    """A page whose blocks move with the mouse while a button is held."""
    scale = 0.17
    cards = "".join(
        f'<div class="card" style="transform:translate({at % columns * 320}px,{at // columns * 180}px)">'
        f"<b>Block {at}</b><p>Code <i>return {at}</i></p></div>"
        for at in range(blocks)
    )
    lines = "".join(
        f'<path d="M{at % columns * 320 + 240} {at // columns * 180 + 22} h80" />' for at in range(blocks - 1)
    )
    return f"""<!doctype html><style>
body {{ margin: 0; overflow: hidden; font: 13px sans-serif }}
#all {{ position: absolute; transform-origin: 0 0 }}
.card {{ position: absolute; width: 240px; border: 1px solid #ddd; border-radius: 8px; background: #fff;
  box-shadow: 0 1px 2px #0002 }}
svg {{ position: absolute; overflow: visible }} path {{ fill: none; stroke: #999 }}
</style><div id="all">{cards}<svg>{lines}</svg></div><script>
let [x, y, held] = [0, 0, false];
const all = document.getElementById("all");
const put = () => {{ all.style.transform = `translate(${{x}}px, ${{y}}px) scale({scale})` }};
onmousedown = () => {{ held = true }};
onmouseup = () => {{ held = false }};
onmousemove = (event) => {{
  if (!held) return;
  x += event.movementX; y += event.movementY;
  put();
}};
put();
</script>"""
