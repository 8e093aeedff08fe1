using System.Buffers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
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
sealed class Adjoint : IDisposable
{
    readonly GraphLayout layout;
    readonly long[]?[] known;

    // The forms that wait to be carried back lie side by side, in values and, behind the exposed ones, in what those are made of.
    readonly Goldilocks2[] forms, columns, products;
    readonly int[] starts, behind;
    readonly bool[] isPending, isBehindPending;

    // Of a value without a place there, in case that somebody asks for the whole of it.
    readonly Goldilocks2[]?[] apart;

    /// <param name="layout">The graph.</param>
    /// <param name="known">The cells of every value that is public: the input, unless it is hidden, and what rows are chosen by.</param>
    public Adjoint(GraphLayout layout, long[]?[] known)
    {
        (this.layout, this.known) = (layout, known);
        int values = layout.Graph.Values, end = 0;
        var gathered = OnlyGathered(layout.Graph);
        (starts, behind, isPending, isBehindPending) = (new int[values], new int[values], new bool[values], new bool[values]);
        for (int v = 0; v < values; v++)
        {
            starts[v] = gathered[v] ? -1 : end;
            if (gathered[v]) continue;
            end += layout.Graph.Length(v);
            if (layout.ExposureOf[v] < 0) continue;
            behind[v] = end;
            end += layout.Graph.Length(v);
        }
        apart = new Goldilocks2[]?[values];
        forms = ArrayPool<Goldilocks2>.Shared.Rent(end);
        columns = Zeros(layout.Count);
        products = Zeros(1 << layout.ProductVariables);
        Parameters = new ParameterForm?[values];
    }

    /// <summary>Of every committed cell's y.</summary>
    public Span<Goldilocks2> Columns => columns.AsSpan(0, layout.Count);

    /// <summary>Of every product, by place.</summary>
    public Span<Goldilocks2> Products => products.AsSpan(0, 1 << layout.ProductVariables);

    /// <summary>Of the cells of every parameter in use, by value.</summary>
    public ParameterForm?[] Parameters { get; }

    /// <summary>The part that is public.</summary>
    public Goldilocks2 Known { get; private set; }

    /// <summary>A form in a value, to be added to.</summary>
    public Span<Goldilocks2> Of(int value)
    {
        if (starts[value] >= 0) return Form(starts[value], value, ref isPending[value]);
        isPending[value] = true;
        return apart[value] ??= new Goldilocks2[layout.Graph.Length(value)];
    }

    /// <summary>A form in what an exposed value is made of, past its own cells.</summary>
    public Span<Goldilocks2> Behind(int value) => Form(behind[value], value, ref isBehindPending[value]);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var lent in (Goldilocks2[][])[forms, columns, products]) ArrayPool<Goldilocks2>.Shared.Return(lent);
    }

    Span<Goldilocks2> Form(int start, int value, ref bool isStarted)
    {
        var form = forms.AsSpan(start, layout.Graph.Length(value));
        if (!isStarted) form.Clear();
        isStarted = true;
        return form;
    }

    // Parameters of which only rows are ever read: no form in the whole of them waits to be carried back.
    static bool[] OnlyGathered(IntegerGraph graph)
    {
        var only = new bool[graph.Values];
        for (int v = 1; v < only.Length; v++) only[v] = graph.Nodes[v - 1] is Parameter && v != graph.Output;
        foreach (var node in graph.Nodes)
            foreach (int read in node is RowGather gather ? [gather.Indices] : node.Reads) only[read] = false;
        return only;
    }

    static Goldilocks2[] Zeros(int length)
    {
        var zeros = ArrayPool<Goldilocks2>.Shared.Rent(length);
        zeros.AsSpan(0, length).Clear();
        return zeros;
    }

    /// <summary>Carries all forms back.</summary>
    public void Propagate()
    {
        for (int v = isPending.Length - 1; v >= 0; v--)
        {
            if (isPending[v] && layout.ExposureOf[v] >= 0)
            {
                ExtensionRow.Add(Of(v), Columns[layout.Blocks[layout.ExposureOf[v]].Offset..]);
                isPending[v] = false;
            }
            var form = isBehindPending[v] ? Behind(v) : isPending[v] ? Of(v) : default;
            (isPending[v], isBehindPending[v]) = (false, false);
            if (form.IsEmpty) continue;
            if (v == 0) AddKnown(form, known[0]!);
            else CarryBack(v, layout.Graph.Nodes[v - 1], form);
            apart[v] = null;
        }
    }

    void CarryBack(int v, Primitive node, ReadOnlySpan<Goldilocks2> form)
    {
        switch (node)
        {
            case Requantise or Lookup or Quotient or SquareRoot:
                ExtensionRow.Add(form, Columns[layout.Blocks[layout.BlockOf[v]].Offset..]);
                break;
            case WindowMaximum maximum: CarryBack(v, maximum, form); break;
            case LinearMap or MatrixProduct or CellProduct:
                var places = layout.Places[layout.ProductOf[v]];
                for (int i = 0; i < form.Length; i++) products[places[i]] += form[i];
                break;
            case Parameter:
                (Parameters[v] ??= new ParameterForm()).Add(0, form);
                break;
            case Movement movement: CarryBack(movement, form); break;
            case Combination combination:
                foreach (var (value, factor) in combination.Terms)
                {
                    ExtensionRow.AddScaled(form, Goldilocks.FromInteger(factor), Of(value));
                }
                var sum = Goldilocks2.Zero;
                foreach (var f in form) sum += f;
                Known += sum * Goldilocks.FromInteger(combination.Constant);
                break;
            case WindowSum { Window: var window, Input: var input }:
                WindowPass.Scatter(window, form, Of(input));
                break;
            case RowGather gather:
                var rows = known[gather.Indices]!;
                if (gather.Table > 0 && layout.Graph.Nodes[gather.Table - 1] is Parameter && layout.ExposureOf[gather.Table] < 0)
                {
                    var stretches = Parameters[gather.Table] ??= new ParameterForm();
                    for (int r = 0; r < gather.Count; r++) stretches.Add((int)rows[r] * gather.Width, form.Slice(r * gather.Width, gather.Width));
                    break;
                }
                var table = Of(gather.Table);
                for (int r = 0; r < gather.Count; r++)
                    for (int c = 0, from = r * gather.Width, to = (int)rows[r] * gather.Width; c < gather.Width; c++) table[to + c] += form[from + c];
                break;
            default: throw new InvalidOperationException($"no such primitive: {node.GetType().Name}");
        }
    }

    void CarryBack(int v, WindowMaximum maximum, ReadOnlySpan<Goldilocks2> form)
    {
        var results = layout.Pairs[v].Results;
        int offset = layout.BlockOf[v] < 0 ? 0 : layout.Blocks[layout.BlockOf[v]].Offset;
        for (int i = 0; i < form.Length; i++)
            if (results[i] >= 0) columns[offset + results[i]] += form[i];
            else Of(maximum.Input)[-1 - results[i]] += form[i];
    }

    void CarryBack(Movement movement, ReadOnlySpan<Goldilocks2> form)
    {
        // A cell of an input is a place among all forms: the map counts the cells of all inputs one after the other.
        int inputs = movement.Inputs.Length;
        int[] ends = new int[inputs], shifts = new int[inputs];
        for (int t = 0, end = 0; t < inputs; t++)
        {
            shifts[t] = starts[movement.Inputs[t]] - end;
            ends[t] = end += Of(movement.Inputs[t]).Length;
        }
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
            forms[entry + shifts[t]] += form[i];
        }
    }

    void AddKnown(ReadOnlySpan<Goldilocks2> form, long[] cells)
    {
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < form.Length; i++)
            if (cells[i] != 0) sum += form[i] * Goldilocks.FromInteger(cells[i]);
        Known += sum;
    }
}
