using System.Collections.Immutable;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Security;

public sealed partial record SecurityLedger
{
    internal static SecurityLedger Of(CommittedGraph model)
    {
        var terms = ImmutableArray.CreateBuilder<SoundnessTerm>();
        terms.Add(new("both: Keccak-256 collision", "2^128 evaluations", 128));
        AddRegistration(terms, model.Registration);

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
        Add(terms, "execution: combination of columns and weights", "variables", Math.Max(1, Multilinear.VariablesFor(layout.Columns)));
        AddOpening(terms, "execution: witness", model.Parameters.Witness, model.Witness.Rows);
        AddOpening(terms, "execution: weights", model.Parameters.Weights, model.Hidden.Weights.Rows);
        return new SecurityLedger(terms.ToImmutable());
    }
}
