'use strict';
// Without it, everything is shown; with it, users can be searched and put in order.
(() => {
  const filter = document.getElementById('filter');
  const reachability = document.getElementById('reachability');
  const shown = document.getElementById('shown');
  const rest = document.querySelector('details');
  const rows = [...document.querySelectorAll('tbody tr')]
    .map((row) => ({ row, text: row.textContent.toLowerCase(), reachability: row.dataset.reachability, inRest: rest !== null && rest.contains(row) }));
  document.documentElement.classList.add('js');

  const number = (count) => count.toLocaleString('en-US');
  const look = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
    const isLooking = words.length > 0 || reachability.value !== '';
    let [found, inRest] = [0, 0];
    for (const user of rows) {
      const isFound = (reachability.value === '' || reachability.value === user.reachability) && words.every((word) => user.text.includes(word));
      user.row.hidden = !isFound;
      found += isFound ? 1 : 0;
      inRest += isFound && user.inRest ? 1 : 0;
    }
    if (rest !== null) rest.open = isLooking && inRest > 0;
    shown.textContent = isLooking ? `${number(found)} of ${number(rows.length)} users` : '';
  };
  let soon;
  filter.addEventListener('input', () => {
    clearTimeout(soon);
    soon = setTimeout(look, 120);
  });
  reachability.addEventListener('change', look);

  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.key === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.key);
  };
  const order = (head) => {
    const isUp = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
    const body = head.closest('table').tBodies[0];
    const keyed = [...body.rows].map((row) => [key(row, head.cellIndex), row]);
    keyed.sort(([a], [b]) => (typeof a === 'number' ? a - b : a.localeCompare(b)) * (isUp ? 1 : -1));
    body.append(...keyed.map(([, row]) => row));
  };
  for (const head of document.querySelectorAll('thead th')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.addEventListener('click', () => order(head));
    head.append(button);
  }
})();
