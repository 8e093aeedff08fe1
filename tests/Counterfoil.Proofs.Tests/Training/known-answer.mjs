// The known answer of ReproducibilityTests, computed apart from the product: float32 by Math.fround, every sum in order. Run: node known-answer.mjs
import {createHash} from 'crypto';import {gunzipSync} from 'zlib';import {readFileSync} from 'fs';
const f=Math.fround, M=(1n<<64n)-1n, sha=(...b)=>{const h=createHash('sha256');for(const x of b)h.update(x);return h.digest()};
class Sm{constructor(s){this.s=s} static For(p,seed){return new Sm(sha(Buffer.from(p),seed).readBigUInt64LE(0))}
 next(){this.s=(this.s+0x9E3779B97F4A7C15n)&M;let z=this.s;z=((z^(z>>30n))*0xBF58476D1CE4E5B9n)&M;z=((z^(z>>27n))*0x94D049BB133111EBn)&M;return z^(z>>31n)}
 below(n){n=BigInt(n);const u=(1n<<64n)%n;for(;;){const p=this.next()*n;if((p&M)>=u)return Number(p>>64n)}}}
const i32=v=>{const b=Buffer.alloc(4);b.writeInt32LE(v);return b};
const shuffle=(n,e)=>{const r=Sm.For('counterfoil/training-order/v1',Buffer.concat([Buffer.alloc(32),i32(e)]));const o=[...Array(n).keys()];for(let i=n-1;i>0;i--){const j=r.below(i+1);[o[i],o[j]]=[o[j],o[i]]}return o};
const D=new URL('../../../samples/fashion-mnist/', import.meta.url).pathname;
const img=gunzipSync(readFileSync(D+'t10k-images-idx3-ubyte.gz')).subarray(16),lab=gunzipSync(readFileSync(D+'t10k-labels-idx1-ubyte.gz')).subarray(8);
const order=shuffle(10000,-1),L=[784,37,21,10],B=27,E=2,N=150;
let rate=f(20000/1e6);const decay=f(850000/1e6),mom=f(900000/1e6);
const W=[],b=[],VW=[],VB=[];
for(let l=0;l<3;l++){const s=Buffer.alloc(12);s.writeBigUInt64LE(42n);s.writeInt32LE(l,8);const r=Sm.For('counterfoil/training-weights/v1',s);
 const a=f(Math.sqrt(f(6/L[l])));const w=[];for(let o=0;o<L[l+1];o++){const row=new Float32Array(L[l]);for(let i=0;i<L[l];i++){const u=f(Number(r.next()>>40n)/2**24);row[i]=f(f(f(2*u)-1)*a)}w.push(row)}
 W.push(w);b.push(new Float32Array(L[l+1]));VW.push(w.map(r=>new Float32Array(r.length)));VB.push(new Float32Array(L[l+1]))}
const exp=x=>{if(!(x>f(-87.3)))return 0;const R=12582912;const n=f(f(f(x*f(1.4426950408889634))+R)-R);const r=f(f(x-f(n*f(0.693145751953125)))-f(n*f(1.42860682030941723e-6)));
 let p=f(1/5040);for(const c of [1/720,1/120,1/24,1/6,.5,1,1])p=f(f(p*r)+f(c));return f(p*2**n)};
const roots=[];
for(let e=0;e<E;e++){if(e)rate=f(rate*decay);const o=shuffle(N,e);
 for(let at=0;at<N;at+=B){const idx=o.slice(at,at+B).map(k=>order[k]);
  const X=idx.map(i=>Float32Array.from(img.subarray(i*784,i*784+784),p=>f((p>>1)/127)));
  roots.push(sha(Buffer.from(idx.map(i=>lab[i])),...idx.map(i=>img.subarray(i*784,i*784+784))));
  const acts=[X];for(let l=0;l<3;l++)acts.push(acts[l].map(x=>W[l].map((w,o)=>{let s=b[l][o];for(let k=0;k<x.length;k++)s=f(s+f(w[k]*x[k]));return l<2&&s<0?0:s})));
  const share=f(1/idx.length);
  let d=acts[3].map((z,r)=>{const m=Math.max(...z);const ex=z.map(v=>exp(f(v-m)));let s=0;for(const v of ex)s=f(s+v);return ex.map((v,i)=>{const p=f(v/s);return f((i===lab[idx[r]]?f(p-1):p)*share)})});
  const upd=[];
  for(let l=2;l>=0;l--){const x=acts[l];
   const g=W[l].map((w,o)=>{const q=new Float32Array(w.length);for(let k=0;k<w.length;k++){let s=0;for(let r=0;r<d.length;r++)s=f(s+f(x[r][k]*d[r][o]));q[k]=s}return q});
   const gb=b[l].map((_,o)=>{let s=0;for(let r=0;r<d.length;r++)s=f(s+d[r][o]);return s});
   const nd=l?d.map((dr,r)=>Array.from({length:L[l]},(_,k)=>{if(!(x[r][k]>0))return 0;let s=0;for(let o=0;o<dr.length;o++)s=f(s+f(dr[o]*W[l][o][k]));return s})):null;
   upd.push([l,g,gb]);d=nd}
  for(const [l,g,gb] of upd){for(let o=0;o<g.length;o++){for(let k=0;k<g[o].length;k++){const v=VW[l][o][k]=f(f(mom*VW[l][o][k])+g[o][k]);W[l][o][k]=f(W[l][o][k]-f(rate*v))}
   const v=VB[l][o]=f(f(mom*VB[l][o])+gb[o]);b[l][o]=f(b[l][o]-f(rate*v))}}
 }}
const h=createHash('sha256');h.update('counterfoil/weights/v1');for(let l=0;l<3;l++){h.update(i32(L[l]));h.update(i32(L[l+1]));for(const r of W[l])h.update(Buffer.from(r.buffer));h.update(Buffer.from(b[l].buffer))}
console.log('weights',h.digest('hex'));
const root=x=>{if(x.length===1)return x[0];let k=1;while(k*2<x.length)k*=2;return sha(Buffer.from([1]),root(x.slice(0,k)),root(x.slice(k)))};
console.log('batches',root(roots.map(r=>sha(Buffer.from([0]),r))).toString('hex'));
