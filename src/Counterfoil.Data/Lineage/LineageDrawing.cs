using System.Globalization;
using System.Net;
using System.Text;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Lineage;

/// <summary>Draws a lineage graph: as a tree of text, and as an SVG.</summary>
public static class LineageDrawing
{
    const int BoxWidth = 250, BoxHeight = 62, GapX = 26, GapY = 54, Margin = 16, OnOneLine = 34;

    /// <summary>Each result with what it was made from below it; a dataset that was drawn already is named and not drawn again.</summary>
    public static string Tree(LineageGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var text = new StringBuilder();
        var drawn = new HashSet<Sha256Digest>();
        foreach (var result in graph.Results) Draw(result, "", "");
        return text.ToString();

        void Draw(LineageNode node, string before, string below)
        {
            bool isNew = drawn.Add(node.Statement);
            text.Append(before).Append(Title(node)).Append(isNew || node.Commitment.Parents.IsEmpty ? "" : "  (drawn above)").Append('\n');
            if (!isNew) return;
            var parents = node.Commitment.Parents.Distinct().ToList();
            if (node.MadeBy is { } made) text.Append(below).Append("│  ").Append(Step(made)).Append('\n');
            else if (parents.Count > 0) text.Append(below).Append("│  by what no statement tells\n");
            for (int i = 0; i < parents.Count; i++)
            {
                bool isLast = i == parents.Count - 1;
                Draw(graph[parents[i]], below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  "));
            }
        }
    }

    /// <summary>Layers from sources at the top to results at the bottom; an arrow carries the operation.</summary>
    public static string Svg(LineageGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var layer = new Dictionary<Sha256Digest, int>();
        foreach (var node in graph.Nodes) layer[node.Statement] = node.Commitment.Parents.Select(p => layer[p] + 1).DefaultIfEmpty(0).Max();
        var layers = graph.Nodes.GroupBy(n => layer[n.Statement]).OrderBy(g => g.Key).Select(g => g.ToList()).ToList();
        int width = 2 * Margin + layers.Max(l => l.Count) * (BoxWidth + GapX) - GapX, height = 2 * Margin + layers.Count * (BoxHeight + GapY) - GapY;
        var at = new Dictionary<Sha256Digest, (int X, int Y)>();
        for (int row = 0; row < layers.Count; row++)
        {
            int left = (width - layers[row].Count * (BoxWidth + GapX) + GapX) / 2;
            for (int i = 0; i < layers[row].Count; i++) at[layers[row][i].Statement] = (left + i * (BoxWidth + GapX), Margin + row * (BoxHeight + GapY));
        }
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\">\n");
        svg.Append("<title>Lineage</title>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"#56606b\"/></marker></defs>\n");
        foreach (var node in graph.Nodes)
            foreach (var parent in node.Commitment.Parents.Distinct())
            {
                var (x0, y0) = at[parent];
                var (x1, y1) = at[node.Statement];
                int from = x0 + BoxWidth / 2, to = x1 + BoxWidth / 2, top = y0 + BoxHeight, middle = (top + y1) / 2;
                svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{from} {top} C{from} {middle} {to} {middle} {to} {y1}\" fill=\"none\" stroke=\"#56606b\" stroke-width=\"1.4\" marker-end=\"url(#arrow)\"/>\n");
            }
        foreach (var node in graph.Nodes)
        {
            var (x, y) = at[node.Statement];
            string by = node.MadeBy is { } made ? Short(Step(made)) : node.Commitment.Parents.IsEmpty ? "source" : "by what no statement tells";
            svg.Append(CultureInfo.InvariantCulture, $"<g><title>{Escape($"{node.Commitment.Name}, statement {node.Statement}, ordered root {node.Commitment.OrderedRoot}{(node.MadeBy is { } m ? $", {Step(m)}" : "")}")}</title>");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"6\" fill=\"{(node.Commitment.Parents.IsEmpty ? "#eef4fb" : "#f7f7f4")}\" stroke=\"#56606b\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 12}\" y=\"{y + 21}\" font-size=\"14\" font-weight=\"600\" fill=\"#1b2127\">{Escape(Short(node.Commitment.Name))}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 12}\" y=\"{y + 38}\" font-size=\"11\" fill=\"#3c454e\">{Count(node)} · {Escape(Short(node.Commitment.Licence))}</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 12}\" y=\"{y + 53}\" font-size=\"11\" fill=\"#3c454e\">{Escape(by)}</text></g>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    static string Title(LineageNode node) => $"{node.Commitment.Name}  {Count(node)}  {node.Commitment.Licence}  {node.Statement.ToString()[..16]}";

    static string Count(LineageNode node) => $"{node.Commitment.Records.ToString("N0", CultureInfo.InvariantCulture)} records";

    static string Step(DataTransformation made) => made.Parameters.Length == 0 ? made.Operation : $"{made.Operation}  {made.Parameters.Replace('\n', ' ')}";

    static string Short(string text) => text.Length <= OnOneLine ? text : text[..(OnOneLine - 1)] + "…";

    static string Escape(string text) => WebUtility.HtmlEncode(text);
}
