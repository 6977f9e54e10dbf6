// A desk's menu stands open beside the work; on a phone it opens when it is asked for. Without scripts it is open.
(() => {
  const menu = document.querySelector("details.menu");
  const beside = matchMedia("(min-width: 761px)");
  const fit = () => {
    menu.open = beside.matches;
  };
  fit();
  beside.addEventListener("change", fit);
})();
