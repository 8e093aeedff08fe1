using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Layout;

/// <summary>
/// Carries linear forms in values back to what values are made of: committed cells, products, hidden parameters, and what is public. As a gradient is carried back, node by node from the last to the
/// first; so a movement, a combination or a sum costs a proof nothing but this pass, which prover and verifier both make.
/// </summary>
/// <remarks>
/// After <see cref="Propagate"/>, Σ of all forms that were added = Σ <see cref="Columns"/>·y + Σ <see cref="Products"/>·(products) + Σ <see cref="Parameters"/>·(parameters) + <see cref="Known"/>.
/// It may be called again with further forms; the sums go on.
/// </remarks>
sealed class Adjoint
{
    readonly GraphLayout layout;
    readonly long[]?[] known;
    readonly Goldilocks2[]?[] pending, definitions;

    /// <param name="layout">The graph.</param>
    /// <param name="known">The cells of every value that is public: the input, unless it is hidden, and what rows are chosen by.</param>
    public Adjoint(GraphLayout layout, long[]?[] known)
    {
        (this.layout, this.known) = (layout, known);
        pending = new Goldilocks2[layout.Graph.Values][];
        definitions = new Goldilocks2[layout.Graph.Values][];
        Columns = new Goldilocks2[layout.Size];
        Products = new Goldilocks2[1 << layout.ProductVariables];
        Parameters = new Goldilocks2[layout.Graph.Values][];
    }

    /// <summary>Of every committed cell's y.</summary>
    public Goldilocks2[] Columns { get; }

    /// <summary>Of every product, by place.</summary>
    public Goldilocks2[] Products { get; }

    /// <summary>Of the cells of every parameter in use, by value.</summary>
    public Goldilocks2[]?[] Parameters { get; }

    /// <summary>The part that is public.</summary>
    public Goldilocks2 Known { get; private set; }

    /// <summary>A form in a value, to be added to.</summary>
    public Goldilocks2[] Of(int value) => pending[value] ??= new Goldilocks2[layout.Graph.Length(value)];

    /// <summary>A form in what a committed value is made of, past its own cells.</summary>
    public Goldilocks2[] Behind(int value) => definitions[value] ??= new Goldilocks2[layout.Graph.Length(value)];

    /// <summary>Carries all forms back.</summary>
    public void Propagate()
    {
        for (int v = pending.Length - 1; v >= 0; v--)
        {
            var form = pending[v];
            if (form is not null && layout.ExposureOf[v] >= 0)
            {
                var cells = Columns.AsSpan(layout.Blocks[layout.ExposureOf[v]].Offset, form.Length);
                for (int i = 0; i < form.Length; i++) cells[i] += form[i];
                form = null;
            }
            if (definitions[v] is { } behind)
            {
                if (form is null) form = behind;
                else for (int i = 0; i < form.Length; i++) form[i] += behind[i];
            }
            (pending[v], definitions[v]) = (null, null);
            if (form is null) continue;
            if (v == 0) AddKnown(form, known[0]!);
            else CarryBack(v, layout.Graph.Nodes[v - 1], form);
        }
    }

    void CarryBack(int v, Primitive node, Goldilocks2[] form)
    {
        switch (node)
        {
            case Requantise or Lookup or Quotient or SquareRoot:
                var cells = Columns.AsSpan(layout.Blocks[layout.BlockOf[v]].Offset, form.Length);
                for (int i = 0; i < form.Length; i++) cells[i] += form[i];
                break;
            case WindowMaximum maximum: CarryBack(v, maximum, form); break;
            case LinearMap or MatrixProduct or CellProduct:
                var places = layout.Places[layout.ProductOf[v]];
                for (int i = 0; i < form.Length; i++) Products[places[i]] += form[i];
                break;
            case Parameter:
                var parameter = Parameters[v] ??= new Goldilocks2[form.Length];
                for (int i = 0; i < form.Length; i++) parameter[i] += form[i];
                break;
            case Movement movement: CarryBack(movement, form); break;
            case Combination combination:
                foreach (var (value, factor) in combination.Terms)
                {
                    var target = Of(value);
                    var m = Goldilocks.FromInteger(factor);
                    for (int i = 0; i < form.Length; i++) target[i] += form[i] * m;
                }
                var sum = Goldilocks2.Zero;
                foreach (var f in form) sum += f;
                Known += sum * Goldilocks.FromInteger(combination.Constant);
                break;
            case WindowSum { Window: var window, Input: var input }:
                WindowPass.Scatter(window, form, Of(input));
                break;
            case RowGather gather:
                var table = Of(gather.Table);
                var rows = known[gather.Indices]!;
                for (int r = 0; r < gather.Count; r++)
                    for (int c = 0, from = r * gather.Width, to = (int)rows[r] * gather.Width; c < gather.Width; c++) table[to + c] += form[from + c];
                break;
            default: throw new InvalidOperationException($"no such primitive: {node.GetType().Name}");
        }
    }

    void CarryBack(int v, WindowMaximum maximum, Goldilocks2[] form)
    {
        var results = layout.Pairs[v].Results;
        int offset = layout.BlockOf[v] < 0 ? 0 : layout.Blocks[layout.BlockOf[v]].Offset;
        for (int i = 0; i < form.Length; i++)
            if (results[i] >= 0) Columns[offset + results[i]] += form[i];
            else Of(maximum.Input)[-1 - results[i]] += form[i];
    }

    void CarryBack(Movement movement, Goldilocks2[] form)
    {
        var targets = movement.Inputs.Select(Of).ToArray();
        if (targets.Length == 1)
        {
            var only = targets[0];
            for (int i = 0; i < form.Length; i++)
                if (movement.Map[i] >= 0) only[movement.Map[i]] += form[i];
                else Known += form[i] * Goldilocks.FromInteger(movement.Constants[-1 - movement.Map[i]]);
            return;
        }
        var ends = new int[targets.Length];
        for (int t = 0, end = 0; t < targets.Length; t++) ends[t] = end += targets[t].Length;
        for (int i = 0, t = 0; i < form.Length; i++)
        {
            int entry = movement.Map[i];
            if (entry < 0)
            {
                Known += form[i] * Goldilocks.FromInteger(movement.Constants[-1 - entry]);
                continue;
            }
            // Neighbours mostly come from one input.
            if (entry >= ends[t] || t > 0 && entry < ends[t - 1])
            {
                t = Array.BinarySearch(ends, entry + 1);
                if (t < 0) t = ~t;
            }
            targets[t][entry - (t == 0 ? 0 : ends[t - 1])] += form[i];
        }
    }

    void AddKnown(Goldilocks2[] form, long[] cells)
    {
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < form.Length; i++)
            if (cells[i] != 0) sum += form[i] * Goldilocks.FromInteger(cells[i]);
        Known += sum;
    }
}
