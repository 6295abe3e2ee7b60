// Unpacks the data and brings the parts together.

async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const notice = byId("notice");
if (typeof DecompressionStream === "undefined") {
  notice.textContent =
    "This browser is too old to show topics and pages; Chrome 80, Firefox 113, Safari 16.4 and newer ones do.";
} else {
  const data = await unpack(byId("data").textContent);
  notice.remove();
  const pages = byId("pages") && showPages(data);
  if (data.topics.length) {
    showTopics(data, {
      chosen: (topic) => showYears(data, topic),
      wanted: (topic) => pages.ofTopic(topic),
      opened: (page) => pages.open(page),
    });
  }
  document.addEventListener("click", (event) => {
    const page = event.target.closest("[data-page]")?.dataset.page;
    if (page !== undefined) pages?.open(page);
  });
}
