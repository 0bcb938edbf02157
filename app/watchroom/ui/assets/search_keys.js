// Puts the cursor into the search's box when it opens, lets the arrows walk from the box through the results, and gives
// the focus back when the box closes. It reads what stands on the page and sends nothing.
(() => {
  const part = () => [...document.querySelectorAll(".st-key-search_part")].pop()
  const stops = () => [...(part()?.querySelectorAll("input, button[data-testid='stBaseButton-tertiary']") ?? [])]
  const inBox = element => element?.closest?.("[role='dialog']")

  // Enter before there are results is kept until they come: once goes to the first, twice opens it.
  let waiting = 0
  const settle = left => {
    const [box, first] = stops()
    if (!waiting || document.activeElement !== box) waiting = 0
    else if (first) {
      first.focus()
      if (waiting > 1) first.click()
      waiting = 0
    } else if (left) setTimeout(() => settle(left - 1), 50)
    else waiting = 0
  }

  const walk = event => {
    const all = stops()
    const at = all.indexOf(document.activeElement)
    if (event.key === "Escape") return inBox(part()) ? giveBack(40) : undefined
    if (at < 0) return
    if (event.key !== "Enter") waiting = 0
    else if (at === 0 && all.length === 1 && all[0].value.trim()) {
      waiting += 1
      if (waiting === 1) setTimeout(() => settle(200), 50)
      return
    }
    // Enter in the box goes to the first result and does not open it: what was typed last may still be looked up.
    const down = event.key === "ArrowDown" || (event.key === "Enter" && at === 0)
    const next = down ? all[at + 1] : event.key === "ArrowUp" ? all[at - 1] : undefined
    if (!next) return
    if (event.key !== "Enter") event.preventDefault()
    next.focus()
  }

  // What had the focus before the box opened; the button that opens it where that is not known or not there any more.
  let before = null
  const giveBack = left => {
    if (inBox(part())) return left ? setTimeout(() => giveBack(left - 1), 50) : undefined
    const to = before?.isConnected ? before : document.querySelector(".st-key-_search_open button")
    to?.focus()
  }

  const reach = left => {
    const box = stops()[0]
    if (box) box.focus()
    else if (left) setTimeout(() => reach(left - 1), 50)
  }

  if (!window.watchroomSearchKeys) {
    window.watchroomSearchKeys = true
    document.addEventListener("keydown", walk, true)
    document.addEventListener("focusin", event => {
      if (!inBox(event.target)) before = event.target
    })
  }
  reach(40)
})()
