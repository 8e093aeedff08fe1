using System.Collections.Immutable;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Security;

public sealed partial record SecurityLedger
{
    internal static SecurityLedger Of(CommittedGraph model)
    {
        var terms = ImmutableArray.CreateBuilder<SoundnessTerm>();
        terms.Add(new("both: Keccak-256 collision", "2^128 evaluations", 128));
        AddRegistration(terms, model);

        var layout = model.Layout;
        AddLookups(terms, "execution", layout.Depth);
        // τ, κ, the output's point and the batching are drawn in one round: a false claim survives with the degree of what they combine.
        int drawn = layout.Variables + Multilinear.VariablesFor(layout.Graph.Length(layout.Graph.Output)) + 2;
        Add(terms, "execution: demands, output and lookups as one claim", "variables + 2", drawn);
        if (layout.ProductVariables > 0) Add(terms, "execution: product sum-check", "degree", 2, layout.ProductVariables);
        if (layout.FactorVariables > 0) Add(terms, "execution: factor sum-check", "degree", 2, layout.FactorVariables);
        Add(terms, "execution: factors as one claim", "", 1);
        Add(terms, "execution: parameters beside weights", "", 1);
        Add(terms, "execution: weight sum-check", "degree", 2, model.Hidden.Weights.AddressVariables);
        Add(terms, "execution: values read as one claim", "", 1);
        Add(terms, "execution: cell sum-check", "degree", 3, layout.Variables);
        Add(terms, "execution: combination of columns and blocks", "variables", Math.Max(1, model.Witness.ColumnVariables));
        Add(terms, "execution: merging of two points", "degree", 2, model.Parameters.Code.LogRowLength);
        AddOpening(terms, "execution", model.Parameters, model.Hidden.Weights.Rows + model.Witness.Rows, model.ExecutionPads);
        return new SecurityLedger(terms.ToImmutable());
    }
}
