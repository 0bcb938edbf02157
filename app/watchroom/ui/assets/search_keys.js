// Puts the cursor into the search's box when it opens, and lets the arrows walk from the box through the results.
// It reads what stands on the page and sends nothing.
(() => {
  const part = () => [...document.querySelectorAll(".st-key-search_part")].pop()
  const stops = () => [...(part()?.querySelectorAll("input, button[data-testid='stBaseButton-tertiary']") ?? [])]

  const walk = event => {
    const all = stops()
    const at = all.indexOf(document.activeElement)
    if (at < 0) return
    // Enter in the box goes to the first result and does not open it: what was typed last may still be looked up.
    const down = event.key === "ArrowDown" || (event.key === "Enter" && at === 0)
    const next = down ? all[at + 1] : event.key === "ArrowUp" ? all[at - 1] : undefined
    if (!next) return
    if (event.key !== "Enter") event.preventDefault()
    next.focus()
  }

  const reach = left => {
    const box = stops()[0]
    if (box) box.focus()
    else if (left) setTimeout(() => reach(left - 1), 50)
  }

  if (!window.watchroomSearchKeys) {
    window.watchroomSearchKeys = true
    document.addEventListener("keydown", walk)
  }
  reach(40)
})()
